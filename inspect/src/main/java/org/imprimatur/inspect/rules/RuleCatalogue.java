package org.imprimatur.inspect.rules;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.imprimatur.disk.Unread;
import org.imprimatur.inspect.facts.Facts;
import org.imprimatur.inspect.facts.Leftover;
import org.imprimatur.inspect.secrets.SecretKind;
import org.imprimatur.register.LicenceDeclaration;

/** Every rule there is, with what it is for. */
public final class RuleCatalogue {

    /** The rule that objects to each place which was not read. */
    public static final String INCOMPLETE = "inspection.incomplete";

    private static final List<String> ACCESS = List.of("END-4.2.d", "EGI-5.2.d", "TVM-3.7.6");
    private static final List<String> CREDENTIALS = List.of("END-4.2.d2", "EGI-5.2.e");
    private static final List<String> ROOT = List.of("TVM-3.7.7");
    private static final List<String> CONFIDENTIAL = List.of("END-4.2.c", "EGI-5.2.c");
    private static final List<String> PATCHED = List.of("TVM-3.7.2", "END-4.2.b", "EGI-5.2.b");

    private static final List<String> LOCAL_DECISIONS =
            List.of("TVM-3.7.9", "END-4.2.f", "EGI-5.2.g");
    private static final List<String> GENERATED = List.of("TVM-3.7.1", "END-4.2.a", "EGI-5.2.a");
    private static final List<String> LICENSED =
            List.of("TVM-3.6", "END-4.7", "EGI-5.8", "EGI-4.3");

    private static final Map<String, Rule> RULES = new LinkedHashMap<>();

    static {
        add(
                INCOMPLETE,
                "A part of the image was not read",
                union(ACCESS, CREDENTIALS, CONFIDENTIAL),
                "Nothing can be said about what nobody could look at.",
                "Make the image readable: unmount it cleanly, use supported formats, or waive this"
                        + " very place with a reason.",
                _ -> List.of());
        add(
                "account.root-password",
                "root has a usable password",
                union(ACCESS, CREDENTIALS, ROOT),
                "Whoever knows or guesses the password is root on every copy of the image.",
                "Lock it: passwd -l root, and take the hash out of /etc/shadow (field: *).",
                Rules::rootPassword);
        add(
                "account.password-usable",
                "An account has a usable password",
                union(ACCESS, CREDENTIALS),
                "Images are world-readable: the hash can be taken and the password guessed.",
                "Remove the account, or put * in its field of /etc/shadow.",
                Rules::usablePassword);
        add(
                "account.empty-password",
                "An account has an empty password",
                ACCESS,
                "Anybody can log in where PAM allows empty passwords.",
                "Remove the account, or put * in its field of /etc/shadow.",
                Rules::emptyPassword);
        add(
                "account.locked-hash",
                "A locked account still has its password hash",
                CREDENTIALS,
                "The password can be guessed from the hash, and may open other doors.",
                "Put * in its field of /etc/shadow in place of !hash.",
                Rules::lockedHash);
        add(
                "account.old-hash",
                "Password hashes lie beside /etc/shadow",
                CREDENTIALS,
                "The passwords can be guessed from the hashes.",
                "Delete the file.",
                Rules::oldHash);
        add(
                "account.extra-root",
                "An account other than root has uid 0",
                union(ACCESS, ROOT),
                "It is root by another name.",
                "Remove the account.",
                Rules::extraRoot);
        add(
                "account.unexpected-user",
                "A person's account is installed",
                ACCESS,
                "Users come by contextualisation; an installed account is the maker's way in.",
                "Remove the account and its home directory.",
                Rules::unexpectedUser);
        add(
                "account.privileged-group",
                "An account is in a group that can become root",
                ROOT,
                "Members of sudo, docker, lxd and the like are root whenever they wish.",
                "Take the account out of the group.",
                Rules::privilegedGroup);
        add(
                "ssh.authorized-keys",
                "A file lets the owner of a key log in",
                union(ACCESS, CREDENTIALS),
                "Whoever has the private key has access to every copy of the image.",
                "Delete the file; keys come by contextualisation.",
                Rules::authorizedKeys);
        add(
                "ssh.host-key",
                "An SSH host key is in the image",
                CREDENTIALS,
                "All copies share one identity, and whoever has the image can pose as any of them.",
                "Delete /etc/ssh/ssh_host_*; they are made again at the first boot.",
                Rules::hostKey);
        add(
                "ssh.private-key",
                "A person's SSH private key is in the image",
                CREDENTIALS,
                "Whoever has the image has the key.",
                "Delete it, and withdraw it wherever its public half is accepted.",
                Rules::sshPrivateKey);
        add(
                "key.private",
                "A private key is in the image",
                CREDENTIALS,
                "Whoever has the image has the key.",
                "Delete it, and revoke its certificate.",
                Rules::privateKey);
        add(
                "key.private-encrypted",
                "An encrypted private key is in the image",
                CREDENTIALS,
                "It is as secret as its passphrase, which can be guessed at leisure.",
                "Delete it.",
                Rules::encryptedKey);
        add(
                "key.vendor",
                "A package ships a private key",
                CREDENTIALS,
                "A key that everybody has protects nothing; usually it is an example.",
                "See that nothing is configured to use it.",
                Rules::vendorKey);
        add(
                "secret.token",
                "An access token or key of a service is in the image",
                CREDENTIALS,
                "Whoever has the image has the access that it gives.",
                "Delete it, and withdraw it where it was issued.",
                facts -> Rules.secrets(facts, SecretKind.TOKEN));
        add(
                "secret.password",
                "A password for another system is in the image",
                union(CREDENTIALS, CONFIDENTIAL),
                "Whoever has the image has the password.",
                "Delete it, and change the password; such things come by contextualisation.",
                facts -> Rules.secrets(facts, SecretKind.PASSWORD));
        add(
                "secret.certificate",
                "The certificate of a machine, service or person is in the image",
                CREDENTIALS,
                "It belongs to one machine or person, and its key is seldom far away.",
                "Delete it together with its key, and revoke it.",
                facts -> Rules.secrets(facts, SecretKind.CERTIFICATE));
        add(
                "secret.encrypted",
                "An encrypted secret is in the image",
                CREDENTIALS,
                "It is as secret as its passphrase, which can be guessed at leisure.",
                "Delete it if the image does not need it.",
                facts -> Rules.secrets(facts, SecretKind.ENCRYPTED));
        add(
                "secret.vendor",
                "A package ships what looks like a secret",
                CREDENTIALS,
                "What everybody has protects nothing; usually it is an example.",
                "See that nothing is configured to use it.",
                Rules::vendorSecret);
        add(
                "sshd.password-authentication",
                "The SSH server accepts passwords",
                ACCESS,
                "Passwords can be guessed over the network.",
                "Set PasswordAuthentication no where sshd reads it first: before or in the first"
                        + " file of /etc/ssh/sshd_config.d.",
                Rules::passwordAuthentication);
        add(
                "sshd.keyboard-interactive",
                "The SSH server accepts passwords by keyboard-interactive",
                ACCESS,
                "With PAM this is password log-in by another name.",
                "Set KbdInteractiveAuthentication no where sshd reads it first.",
                Rules::keyboardInteractive);
        add(
                "sshd.root-login",
                "The SSH server lets root log in",
                union(ACCESS, ROOT),
                "Acts of root cannot be traced to a person.",
                "Set PermitRootLogin no.",
                Rules::rootLogin);
        add(
                "sshd.root-login-by-key",
                "The SSH server lets root log in with a key",
                union(ACCESS, ROOT),
                "Acts of root cannot be traced to a person.",
                "Set PermitRootLogin no, unless contextualisation needs it.",
                Rules::rootLoginByKey);
        add(
                "sshd.empty-passwords",
                "The SSH server accepts empty passwords",
                ACCESS,
                "Anybody can log in to an account without a password.",
                "Remove PermitEmptyPasswords.",
                Rules::emptyPasswords);
        add(
                "sshd.host-based",
                "The SSH server trusts other machines",
                ACCESS,
                "Who is root on a trusted machine can be anybody here.",
                "Set HostbasedAuthentication no.",
                Rules::hostBased);
        add(
                "sshd.trusted-ca",
                "The SSH server accepts keys that an authority signs",
                ACCESS,
                "Whoever has the authority's key can log in to every copy of the image.",
                "Remove TrustedUserCAKeys; it can come by contextualisation.",
                Rules::trustedCa);
        add(
                "sshd.keys-command",
                "The SSH server asks a program for keys",
                ACCESS,
                "Who may log in is decided by the program, not by what is in the image.",
                "Remove AuthorizedKeysCommand, or explain it.",
                Rules::keysCommand);
        add(
                "sudo.nopasswd",
                "sudo lets a user act as another without a password",
                union(ROOT, List.of("END-4.2.d", "EGI-5.2.d"), LOCAL_DECISIONS),
                "Whoever has the account has root.",
                "Remove the rule; contextualisation adds what the site wants.",
                Rules::sudoWithoutPassword);
        add(
                "sudo.user",
                "sudo has a rule for a user of the image",
                ROOT,
                "Users of an image are not to be root.",
                "Remove the rule.",
                Rules::sudoUser);
        add(
                "identity.machine-id",
                "The machine id of one machine is in the image",
                CONFIDENTIAL,
                "All copies share one identity: logs and leases get mixed up.",
                "Empty /etc/machine-id; make /var/lib/dbus/machine-id a link to it.",
                facts -> Rules.leftover(facts, Leftover.Kind.MACHINE_ID));
        add(
                "identity.random-seed",
                "A seed of random numbers is in the image",
                CREDENTIALS,
                "Copies that start from one seed may make the same keys.",
                "Delete it; it is made again at the first boot.",
                facts -> Rules.leftover(facts, Leftover.Kind.RANDOM_SEED));
        add(
                "cloud.state",
                "The state of an earlier boot is in the image",
                CONFIDENTIAL,
                "It holds the user data of that boot, and keeps cloud-init from running anew.",
                "Run cloud-init clean --logs --seed.",
                facts -> Rules.leftover(facts, Leftover.Kind.CLOUD_STATE));
        add(
                "history.shell",
                "A history of typed commands is in the image",
                CONFIDENTIAL,
                "Histories hold passwords and names of machines.",
                "Delete it.",
                facts -> Rules.leftover(facts, Leftover.Kind.HISTORY));
        add(
                "package.altered-file",
                "A file is not as its package shipped it",
                union(ACCESS, PATCHED),
                "A program that is not the vendor's may do anything, and no update of the vendor's"
                        + " mends it.",
                "Install the package again, or build a package of your own.",
                facts -> Rules.alteredFiles(facts.files()));
        add(
                "package.half-installed",
                "A package is installed in part",
                PATCHED,
                "Its files are there, but neither its configuration nor its updates can be relied"
                        + " on.",
                "Run dpkg --configure -a and apt-get -f install.",
                Rules::halfInstalled);
        SystemRuleCatalogue.rules().forEach(rule -> RULES.put(rule.id(), rule));
        add(
                "patch.grave",
                "A grave flaw has a patch that is not installed",
                PATCHED,
                "It is known how to break in, and the vendor has the cure.",
                "Install the updates, and build the image again.",
                PatchRules::grave);
        add(
                "patch.security",
                "A security update is not installed",
                PATCHED,
                "An endorsed image has all security patches that there are.",
                "Install the updates, and build the image again.",
                PatchRules::security);
        add(
                "patch.unfixed",
                "A known flaw has no patch yet",
                PATCHED,
                "Nothing can be installed against it, but whoever runs the image should know.",
                "See whether the package is needed, and follow its vendor.",
                PatchRules::unfixed);
        add(
                "patch.pending",
                "A package is not the newest",
                union(PATCHED, List.of("PROC-A2")),
                "Many pending updates tell that the image was not updated when it was built.",
                "Install the updates, and build the image again.",
                PatchRules::pending);
        add(
                "patch.unknown",
                "Nobody knows which patches are missing",
                PATCHED,
                "There is no feed of advisories for this system here.",
                "Run imprimatur advisories update, with a list of feeds that has this system.",
                PatchRules::unknown);
        addWithLimits(
                "patch.stale",
                "What is known of patches is old",
                PATCHED,
                "A flaw that became known since then is not seen.",
                "Run imprimatur advisories update, and inspect again.",
                PatchRules::stale);
        add(
                "generation.outdated",
                "The program that made the image lacks a security update",
                GENERATED,
                "A flaw in it may be in every image that it makes.",
                "Update it, and build the image again.",
                GenerationRules::outdated);
        add(
                "generation.pending",
                "The program that made the image is not the newest",
                GENERATED,
                "Whoever makes images keeps the program up to date that makes them.",
                "Update it, and build the image again.",
                GenerationRules::pending);
        add(
                "generation.unknown",
                "Nobody knows whether the program that made the image is patched",
                GENERATED,
                "It is not named, or there is no feed of advisories for it here.",
                "Name it with --tool and --tool-package when endorsing, and fetch a feed of its"
                        + " advisories.",
                GenerationRules::unknown);
        addWithLimits(
                "licence.denied",
                "The licence of software keeps it out of images",
                LICENSED,
                "Whoever distributes the image breaks the licence, and so does each site that runs"
                        + " it.",
                "Take the software out; users who have the licence install it in their copy.",
                LicenceRules::denied);
        addWithLimits(
                LicenceDeclaration.RULE,
                "The licence of software asks for the endorser's word",
                LICENSED,
                "Not everybody may distribute or run it, and the endorser answers for that.",
                "Take the software out, or endorse with --licence 'LICENCE@PLACE=WHY', with the"
                        + " place as it stands here.",
                LicenceRules::undeclared);
        add(
                "licence.unknown",
                "Packages do not say their licence",
                LICENSED,
                "Their licences are not compared with what the profile says, and are not in the"
                        + " bill of materials.",
                "Look where they come from; most of a distribution's own are free.",
                LicenceRules::unknown);
    }

    private RuleCatalogue() {}

    /** All rules in the order of the catalogue. */
    public static List<Rule> rules() {
        return List.copyOf(RULES.values());
    }

    /** The rule with this id. */
    public static Optional<Rule> rule(String id) {
        return Optional.ofNullable(RULES.get(id));
    }

    /** All findings of a profile's rules over the facts, and one for each place not read. */
    public static List<Finding> judge(Profile profile, Facts facts, List<Unread> unread) {
        var findings = new ArrayList<>(incomplete(profile, unread));
        for (var rule : RULES.values()) {
            var severity = profile.severities().get(rule.id());
            if (severity != null) {
                for (var objection : rule.check().objections(facts, profile.parameters())) {
                    findings.add(
                            new Finding(rule, severity, objection.path(), objection.evidence()));
                }
            }
        }
        findings.sort(null);
        return findings;
    }

    /** One finding for each place that was not read; no profile can turn these off. */
    public static List<Finding> incomplete(Profile profile, List<Unread> unread) {
        var rule = rule(INCOMPLETE).orElseThrow();
        var severity = Objects.requireNonNull(profile.severities().get(INCOMPLETE));
        return unread.stream()
                .map(place -> new Finding(rule, severity, place.where(), place.reason()))
                .sorted()
                .toList();
    }

    private static void add(
            String id,
            String title,
            List<String> clauses,
            String rationale,
            String remedy,
            Function<Facts, List<Objection>> check) {
        RULES.put(
                id,
                new Rule(id, title, clauses, rationale, remedy, (facts, _) -> check.apply(facts)));
    }

    /** A rule that compares with limits of the profile. */
    private static void addWithLimits(
            String id,
            String title,
            List<String> clauses,
            String rationale,
            String remedy,
            Rule.Check check) {
        RULES.put(id, new Rule(id, title, clauses, rationale, remedy, check));
    }

    @SafeVarargs
    private static List<String> union(List<String>... parts) {
        var all = new ArrayList<String>();
        for (var part : parts) {
            all.addAll(part);
        }
        return all;
    }
}
