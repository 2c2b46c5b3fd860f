package org.imprimatur.inspect.rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.imprimatur.inspect.facts.Account;
import org.imprimatur.inspect.facts.Facts;
import org.imprimatur.inspect.facts.FoundKey;
import org.imprimatur.inspect.facts.Group;
import org.imprimatur.inspect.facts.Leftover;
import org.imprimatur.inspect.facts.Password;
import org.imprimatur.inspect.facts.Shown;
import org.imprimatur.inspect.facts.SshdConfig.Setting;
import org.imprimatur.inspect.facts.SudoPolicy;
import org.imprimatur.inspect.keys.SshPublicKey;
import org.imprimatur.inspect.packages.FileOwnership;
import org.imprimatur.inspect.secrets.SecretKind;

/** The rules' functions. Each is small enough to be read against its sentence in the policy. */
final class Rules {

    private static final String PASSWD = "/etc/passwd";
    private static final String SHADOW = "/etc/shadow";
    private static final String GROUP = "/etc/group";

    private static final int SHOWN_KEYS = 4;

    /** A report with more of them says nothing more. */
    private static final int MAX_OBJECTIONS = 1000;

    private Rules() {}

    // ---- accounts

    static List<Objection> rootPassword(Facts facts) {
        return passwords(facts, account -> account.name().equals("root"));
    }

    static List<Objection> usablePassword(Facts facts) {
        return passwords(facts, account -> !account.name().equals("root"));
    }

    private static List<Objection> passwords(Facts facts, Predicate<Account> which) {
        var objections = new ArrayList<Objection>();
        var today = facts.image().day();
        for (var account : facts.accounts()) {
            if (account.password() instanceof Password.Usable(String kind) && which.test(account)) {
                var age =
                        account.aging().isClosed(today)
                                ? ", and has expired; the password can still be guessed"
                                : account.aging().isToBeChanged(today)
                                        ? ", which the first log-in has to change"
                                        : "";
                objections.add(
                        new Objection(
                                SHADOW,
                                "account %s has a password (%s)%s"
                                        .formatted(Shown.text(account.name()), kind, age)));
            }
        }
        return objections;
    }

    static List<Objection> emptyPassword(Facts facts) {
        return accounts(
                facts,
                SHADOW,
                account -> account.password() instanceof Password.Empty,
                "has an empty password");
    }

    static List<Objection> lockedHash(Facts facts) {
        return accounts(
                facts,
                SHADOW,
                account -> account.password() instanceof Password.LockedHash,
                "is locked, but its password hash is there");
    }

    static List<Objection> oldHash(Facts facts) {
        return leftover(facts, Leftover.Kind.PASSWORD_HASH);
    }

    static List<Objection> extraRoot(Facts facts) {
        return accounts(
                facts,
                PASSWD,
                account -> account.uid() == 0 && !account.name().equals("root"),
                "has uid 0");
    }

    static List<Objection> unexpectedUser(Facts facts) {
        return accounts(
                facts,
                PASSWD,
                account -> account.isHuman() && account.hasLoginShell(),
                "is a person's account with a log-in shell");
    }

    static List<Objection> privilegedGroup(Facts facts) {
        var objections = new ArrayList<Objection>();
        var byName = new HashSet<String>();
        var byGroup = new HashMap<Long, Set<String>>();
        for (var account : facts.accounts()) {
            if (account.uid() != 0) {
                byName.add(account.name());
            }
            if (account.isHuman()) {
                byGroup.computeIfAbsent(account.gid(), _ -> new LinkedHashSet<>())
                        .add(account.name());
            }
        }
        var sudoers =
                facts.sudo().rules().stream()
                        .flatMap(rule -> rule.users().stream())
                        .collect(Collectors.toSet());
        for (var group : facts.groups()) {
            if (!Group.leadsToRoot(group.name())
                    && !sudoers.contains("%" + group.name())
                    && !sudoers.contains("%#" + group.gid())) {
                continue;
            }
            var members = new LinkedHashSet<>(group.members());
            members.retainAll(byName);
            members.addAll(byGroup.getOrDefault(group.gid(), Set.of()));
            for (var member : members) {
                if (objections.size() == MAX_OBJECTIONS) {
                    objections.add(new Objection(GROUP, "more accounts are in such groups"));
                    return objections;
                }
                objections.add(
                        new Objection(
                                GROUP,
                                "account %s is in group %s"
                                        .formatted(Shown.text(member), Shown.text(group.name()))));
            }
        }
        return objections;
    }

    private static List<Objection> accounts(
            Facts facts, String path, Predicate<Account> which, String what) {
        return facts.accounts().stream()
                .filter(which)
                .map(each -> new Objection(path, "account " + Shown.text(each.name()) + " " + what))
                .toList();
    }

    // ---- keys

    static List<Objection> authorizedKeys(Facts facts) {
        var objections = new ArrayList<Objection>();
        for (var file : facts.authorizedKeys()) {
            var shown =
                    file.keys().stream()
                            .limit(SHOWN_KEYS)
                            .map(Rules::shown)
                            .reduce((first, next) -> first + ", " + next)
                            .orElse("");
            int more = file.keys().size() - SHOWN_KEYS;
            objections.add(
                    new Objection(
                            file.path(),
                            more > 0 ? shown + " and %d more".formatted(more) : shown));
        }
        return objections;
    }

    private static String shown(SshPublicKey key) {
        return key.type() + " " + key.fingerprint();
    }

    static List<Objection> hostKey(Facts facts) {
        return keys(facts, key -> key.vendor().isEmpty() && key.use() == FoundKey.Use.SSH_HOST);
    }

    static List<Objection> sshPrivateKey(Facts facts) {
        return keys(
                facts,
                key ->
                        key.vendor().isEmpty()
                                && key.use() == FoundKey.Use.SSH_USER
                                && !key.key().encrypted());
    }

    static List<Objection> privateKey(Facts facts) {
        return keys(
                facts,
                key ->
                        key.vendor().isEmpty()
                                && key.use() == FoundKey.Use.OTHER
                                && !key.key().encrypted());
    }

    static List<Objection> encryptedKey(Facts facts) {
        return keys(
                facts,
                key ->
                        key.vendor().isEmpty()
                                && key.use() != FoundKey.Use.SSH_HOST
                                && key.key().encrypted());
    }

    static List<Objection> vendorKey(Facts facts) {
        return keys(facts, key -> !key.vendor().isEmpty());
    }

    private static List<Objection> keys(Facts facts, Predicate<FoundKey> which) {
        return facts.keys().stream()
                .filter(which)
                .map(
                        key ->
                                new Objection(
                                        key.place(),
                                        key.vendor().isEmpty()
                                                ? key.key().description()
                                                : key.key().description()
                                                        + ", shipped by "
                                                        + Shown.text(key.vendor())))
                .distinct()
                .toList();
    }

    static List<Objection> secrets(Facts facts, SecretKind kind) {
        return facts.secrets().stream()
                .filter(each -> each.kind() == kind && each.vendor().isEmpty())
                .map(each -> new Objection(each.place(), each.description()))
                .toList();
    }

    static List<Objection> vendorSecret(Facts facts) {
        return facts.secrets().stream()
                .filter(each -> !each.vendor().isEmpty())
                .map(
                        each ->
                                new Objection(
                                        each.place(),
                                        each.description()
                                                + ", shipped by "
                                                + Shown.text(each.vendor())))
                .toList();
    }

    // ---- the SSH server

    static List<Objection> passwordAuthentication(Facts facts) {
        return sshd(facts, "passwordauthentication", value -> !value.equals("no"));
    }

    /** Keyboard-interactive asks PAM; without PAM there is nobody who would answer. */
    static List<Objection> keyboardInteractive(Facts facts) {
        return facts.sshd().effective("usepam").word().equals("yes")
                ? sshd(facts, "kbdinteractiveauthentication", value -> !value.equals("no"))
                : List.of();
    }

    static List<Objection> rootLogin(Facts facts) {
        return sshd(
                facts,
                "permitrootlogin",
                value -> !value.equals("no") && !ROOT_BY_KEY.contains(value));
    }

    static List<Objection> rootLoginByKey(Facts facts) {
        return sshd(facts, "permitrootlogin", ROOT_BY_KEY::contains);
    }

    private static final Set<String> ROOT_BY_KEY =
            Set.of("prohibit-password", "without-password", "forced-commands-only");

    static List<Objection> emptyPasswords(Facts facts) {
        return sshd(facts, "permitemptypasswords", value -> !value.equals("no"));
    }

    static List<Objection> hostBased(Facts facts) {
        return sshd(facts, "hostbasedauthentication", value -> !value.equals("no"));
    }

    static List<Objection> trustedCa(Facts facts) {
        return sshd(facts, "trustedusercakeys", value -> !value.equals("none"));
    }

    static List<Objection> keysCommand(Facts facts) {
        return sshd(facts, "authorizedkeyscommand", value -> !value.equals("none"));
    }

    /** Objects to a setting for everyone, and to one in each Match block. */
    static List<Objection> sshd(Facts facts, String keyword, Predicate<String> bad) {
        if (!facts.sshServer()) {
            return List.of();
        }
        var objections = new ArrayList<Objection>();
        for (var each : facts.sshd().all(keyword)) {
            Setting setting = each.getValue();
            if (bad.test(setting.word())) {
                var criteria = each.getKey();
                objections.add(
                        new Objection(
                                setting.line() == 0
                                        ? "/etc/ssh/sshd_config"
                                        : Shown.path(setting.file()),
                                "%s is %s%s (%s)"
                                        .formatted(
                                                keyword,
                                                Shown.text(setting.word()),
                                                criteria.isEmpty()
                                                        ? ""
                                                        : " for Match " + Shown.text(criteria),
                                                setting.line() == 0
                                                        ? "default"
                                                        : "line " + setting.line())));
            }
        }
        return objections;
    }

    // ---- sudo

    static List<Objection> sudoWithoutPassword(Facts facts) {
        var objections = new ArrayList<Objection>();
        for (var rule : facts.sudo().rules()) {
            if (rule.noPassword() && concernsOthersThanRoot(rule.users())) {
                objections.add(sudoObjection(rule, " without a password"));
            }
        }
        for (var each : facts.sudo().unauthenticated()) {
            if (!each.scope().equals(":root")) {
                objections.add(
                        new Objection(
                                Shown.path(each.file()),
                                "line %d: Defaults%s !authenticate"
                                        .formatted(each.line(), Shown.text(each.scope()))));
            }
        }
        return objections;
    }

    /** Rules for users by name; groups are judged by their members. */
    static List<Objection> sudoUser(Facts facts) {
        var objections = new ArrayList<Objection>();
        for (var rule : facts.sudo().rules()) {
            boolean byName =
                    rule.users().stream()
                            .anyMatch(
                                    user ->
                                            !user.startsWith("%")
                                                    && !user.startsWith("!")
                                                    && concernsOthersThanRoot(List.of(user)));
            if (byName && !rule.noPassword()) {
                objections.add(sudoObjection(rule, ""));
            }
        }
        return objections;
    }

    private static Objection sudoObjection(SudoPolicy.Rule rule, String how) {
        return new Objection(
                Shown.path(rule.file()),
                "line %d: %s may run %s%s%s"
                        .formatted(
                                rule.line(),
                                Shown.text(String.join(", ", rule.users())),
                                Shown.text(rule.command()),
                                rule.runAs().isEmpty() ? "" : " as " + Shown.text(rule.runAs()),
                                how));
    }

    private static boolean concernsOthersThanRoot(List<String> users) {
        return users.stream()
                .anyMatch(
                        user ->
                                !user.startsWith("!")
                                        && !user.equals("root")
                                        && !user.equals("#0")
                                        && !user.equals("%root"));
    }

    // ---- what was left behind, and packages

    static List<Objection> leftover(Facts facts, Leftover.Kind kind) {
        return facts.leftovers().stream()
                .filter(each -> each.kind() == kind)
                .map(each -> new Objection(each.path(), each.detail()))
                .toList();
    }

    /** Configuration is made to be changed; the files of it that matter have rules of their own. */
    static List<Objection> alteredFiles(FileOwnership files) {
        var objections = new ArrayList<Objection>();
        long more = files.altered() - files.alteredFiles().size();
        for (var each : files.alteredFiles()) {
            if (each.configuration()) {
                continue;
            }
            if (objections.size() < MAX_OBJECTIONS) {
                objections.add(new Objection(each.path(), "differs from package " + each.owner()));
            } else {
                more++;
            }
        }
        if (more > 0) {
            objections.add(new Objection("", "%d more files differ".formatted(more)));
        }
        return objections;
    }

    static List<Objection> halfInstalled(Facts facts) {
        return facts.halfInstalled().stream()
                .map(each -> new Objection("/var/lib/dpkg/status", Shown.text(each)))
                .toList();
    }
}
