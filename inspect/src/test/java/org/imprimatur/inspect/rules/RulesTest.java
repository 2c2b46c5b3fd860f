package org.imprimatur.inspect.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.imprimatur.disk.Unread;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.Facts;
import org.imprimatur.inspect.facts.Found;
import org.imprimatur.inspect.facts.SystemReader;
import org.imprimatur.inspect.keys.PrivateKey;
import org.imprimatur.inspect.packages.AlteredFile;
import org.imprimatur.inspect.packages.FileOwnership;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Clauses;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each rule with what it must find and what it must leave alone, through the real parsers. */
class RulesTest {

    private static final String KEY =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA a@b\n";

    /** Files of a system that nothing can be said against. */
    static final Map<String, String> CLEAN =
            Map.of(
                    "/etc/os-release", "ID=debian\nVERSION_ID=12\nNAME=Debian\n",
                    "/etc/passwd",
                            """
                            root:x:0:0:root:/root:/bin/bash
                            sshd:x:100:65534::/run/sshd:/usr/sbin/nologin
                            nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
                            """,
                    "/etc/shadow", "root:*:1::::::\nsshd:!:1::::::\nnobody:*:1::::::\n",
                    "/etc/group", "root:x:0:\nsudo:x:27:\nnogroup:x:65534:sshd\nempty:x:9:\n",
                    "/etc/sudoers",
                            "root ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n",
                    "/etc/ssh/sshd_config",
                            """
                            Include /etc/ssh/sshd_config.d/*.conf
                            PasswordAuthentication no
                            KbdInteractiveAuthentication no
                            PermitRootLogin no
                            UsePAM yes
                            """,
                    "/usr/sbin/sshd", "\u007fELF",
                    "/etc/machine-id", "",
                    "/var/lib/dpkg/status",
                            "Package: dpkg\nStatus: install ok installed\nVersion: 1\nArchitecture: amd64\n");

    private record Example(String rule, String path, String bad, String good) {}

    private static final String PASSWD = CLEAN.get("/etc/passwd");
    private static final String SHADOW = CLEAN.get("/etc/shadow");
    private static final String SSHD = CLEAN.get("/etc/ssh/sshd_config");

    private static final List<Example> EXAMPLES =
            List.of(
                    new Example(
                            "account.root-password",
                            "/etc/shadow",
                            "root:$6$a$b:1::::::\n",
                            "root:!:1::::::\n"),
                    new Example(
                            "account.password-usable",
                            "/etc/shadow",
                            SHADOW.replace("sshd:!", "sshd:$y$j9T$a$b"),
                            SHADOW.replace("sshd:!", "sshd:!!")),
                    new Example(
                            "account.empty-password",
                            "/etc/shadow",
                            SHADOW.replace("sshd:!", "sshd:"),
                            SHADOW),
                    new Example(
                            "account.empty-password",
                            "/etc/passwd",
                            PASSWD.replace("sshd:x", "sshd:"),
                            PASSWD),
                    new Example(
                            "account.locked-hash",
                            "/etc/shadow",
                            SHADOW.replace("sshd:!", "sshd:!$6$a$b"),
                            SHADOW),
                    new Example(
                            "account.old-hash", "/etc/shadow-", "root:$6$a$b:1\n", "root:*:1\n"),
                    new Example(
                            "account.old-hash",
                            "/var/backups/shadow.bak",
                            "root:!$y$j9T$a$b:1\n",
                            "root:!:1\n"),
                    new Example("account.old-hash", "/etc/gshadow", "adm:$6$a$b::\n", "adm:!::\n"),
                    new Example(
                            "account.old-hash",
                            "/etc/passwd.rpmsave",
                            "root:$1$a$b:0:0::/:/bin/sh\n",
                            "root:x:0:0::/:/bin/sh\n"),
                    new Example(
                            "account.old-hash",
                            "/etc/security/opasswd",
                            "bob:1000:2:$6$a$b,$6$c$d\n",
                            "bob:1000:0:\n"),
                    new Example(
                            "account.extra-root",
                            "/etc/passwd",
                            PASSWD + "toor:x:0:0::/:/usr/sbin/nologin\n",
                            PASSWD + "tor:x:1:0::/:/bin/sh\n"),
                    new Example(
                            "account.extra-root",
                            "/etc/passwd",
                            PASSWD + "toor:x:00:0::/:/bin/sh\n",
                            PASSWD),
                    new Example(
                            "account.unexpected-user",
                            "/etc/passwd",
                            PASSWD + "bob:x:1000:1000::/home/bob:/bin/bash\n",
                            PASSWD + "bob:x:1000:1000::/home/bob:/usr/sbin/nologin\n"),
                    new Example(
                            "account.privileged-group",
                            "/etc/group",
                            "sudo:x:27:root,sshd\n",
                            "sudo:x:27:root,nobody-here\nsshd:x:9:sshd\n"),
                    new Example(
                            "account.privileged-group",
                            "/etc/sudoers.d/ops",
                            "%nogroup ALL=(ALL) ALL\n",
                            "%empty ALL=(ALL) ALL\n"),
                    new Example(
                            "account.privileged-group",
                            "/etc/sudoers.d/ops",
                            "%#65534 ALL=(ALL) ALL\n",
                            "%#9 ALL=(ALL) ALL\n"),
                    new Example(
                            "ssh.authorized-keys", "/root/.ssh/authorized_keys", KEY, "# " + KEY),
                    new Example(
                            "ssh.authorized-keys",
                            "/run/sshd/.ssh/authorized_keys2",
                            "no-pty " + KEY,
                            "\n"),
                    new Example(
                            "sshd.password-authentication",
                            "/etc/ssh/sshd_config.d/50-cloud-init.conf",
                            "PasswordAuthentication yes\n",
                            "passwordauthentication NO\n"),
                    new Example(
                            "sshd.password-authentication",
                            "/etc/ssh/sshd_config",
                            SSHD.replace("PasswordAuthentication no", ""),
                            SSHD),
                    new Example(
                            "sshd.password-authentication",
                            "/etc/ssh/sshd_config",
                            SSHD + "Match User bob\nPasswordAuthentication yes\n",
                            SSHD + "Match User bob\nPasswordAuthentication no\n"),
                    new Example(
                            "sshd.keyboard-interactive",
                            "/etc/ssh/sshd_config.d/a.conf",
                            "ChallengeResponseAuthentication yes\n",
                            "UsePAM no\nKbdInteractiveAuthentication yes\n"),
                    new Example(
                            "sshd.root-login",
                            "/etc/ssh/sshd_config.d/a.conf",
                            "PermitRootLogin yes\n",
                            "PermitRootLogin without-password\n"),
                    new Example(
                            "sshd.root-login-by-key",
                            "/etc/ssh/sshd_config.d/a.conf",
                            "PermitRootLogin without-password\n",
                            "PermitRootLogin no\n"),
                    new Example(
                            "sshd.empty-passwords",
                            "/etc/ssh/sshd_config.d/a.conf",
                            "PermitEmptyPasswords yes\n",
                            "PermitEmptyPasswords no\n"),
                    new Example(
                            "sshd.host-based",
                            "/etc/ssh/sshd_config.d/a.conf",
                            "HostbasedAuthentication yes\n",
                            "HostbasedAuthentication no\n"),
                    new Example(
                            "sshd.trusted-ca",
                            "/etc/ssh/sshd_config.d/a.conf",
                            "TrustedUserCAKeys /etc/ssh/ca.pub\n",
                            "TrustedUserCAKeys none\n"),
                    new Example(
                            "sshd.keys-command",
                            "/etc/ssh/sshd_config.d/a.conf",
                            "AuthorizedKeysCommand /bin/x\n",
                            "AuthorizedKeysCommand none\n"),
                    new Example(
                            "sudo.nopasswd",
                            "/etc/sudoers.d/90-x",
                            "bob ALL=(ALL) NOPASSWD: ALL\n",
                            "root ALL=(ALL) NOPASSWD: ALL\n"),
                    new Example(
                            "sudo.nopasswd",
                            "/etc/sudoers.d/90-x",
                            "Defaults !authenticate\n",
                            "Defaults authenticate\n"),
                    new Example(
                            "sudo.user",
                            "/etc/sudoers.d/90-x",
                            "bob ALL=(ALL) ALL\n",
                            "%sudo ALL=(ALL) /bin/true\n"),
                    new Example(
                            "identity.machine-id",
                            "/etc/machine-id",
                            "4f1c3d3b6f0e4f0f9c2f5a7d8e9b0a1c\n",
                            ""),
                    new Example("identity.random-seed", "/var/lib/systemd/random-seed", "seed", ""),
                    new Example(
                            "package.half-installed",
                            "/var/lib/dpkg/status",
                            CLEAN.get("/var/lib/dpkg/status")
                                    + "\nPackage: x\nStatus: install ok unpacked\nVersion: 1\n",
                            CLEAN.get("/var/lib/dpkg/status")
                                    + "\nPackage: x\nStatus: deinstall ok config-files\nVersion: 1\n"));

    private static Facts facts(Map<String, String> changes, Found found) {
        var files = CleanSystem.files();
        CLEAN.forEach(files::with);
        changes.forEach(files::with);
        var system = new SystemReader(new ConfigReader(files));
        system.addTo(found);
        return system.facts(found);
    }

    private static List<String> rules(Facts facts) {
        return RuleCatalogue.judge(Profile.EGI_1, facts, List.of()).stream()
                .map(finding -> finding.rule().id())
                .toList();
    }

    @Test
    void nothingIsSaidAgainstACleanSystem() {
        assertThat(rules(facts(Map.of(), new Found()))).isEmpty();
    }

    @TestFactory
    @Clause({
        "END-4.2.d",
        "EGI-5.2.d",
        "TVM-3.7.6",
        "TVM-3.7.7",
        "TVM-3.7.9",
        "END-4.2.f",
        "EGI-5.2.g"
    })
    Stream<DynamicTest> eachRuleFindsItsFaultAndLeavesTheRestAlone() {
        return EXAMPLES.stream()
                .map(
                        each ->
                                DynamicTest.dynamicTest(
                                        each.rule + " " + each.path,
                                        () -> {
                                            assertThat(
                                                            rules(
                                                                    facts(
                                                                            Map.of(
                                                                                    each.path,
                                                                                    each.bad),
                                                                            new Found())))
                                                    .contains(each.rule);
                                            assertThat(
                                                            rules(
                                                                    facts(
                                                                            Map.of(
                                                                                    each.path,
                                                                                    each.good),
                                                                            new Found())))
                                                    .doesNotContain(each.rule);
                                        }));
    }

    @Test
    @Clause({"END-4.2.d2", "EGI-5.2.e"})
    void aPrivateKeyIsJudgedByItsPlaceAndWhetherItIsEncrypted() {
        var open = List.of(new PrivateKey("RSA", 2048, false, ""));
        var encrypted = List.of(new PrivateKey("RSA", 2048, true, ""));
        var found = new Found();
        found.keys("/etc/ssh/ssh_host_rsa_key", open);
        found.keys("p2:/home/a/.ssh/id_rsa", open);
        found.keys("/etc/ssl/private/service.key", open);
        found.keys("/root/locked.pem", encrypted);
        found.name("/home/a/.bash_history", 10);

        assertThat(RuleCatalogue.judge(Profile.EGI_1, facts(Map.of(), found), List.of()))
                .extracting(
                        finding ->
                                finding.rule().id()
                                        + " "
                                        + finding.severity().label()
                                        + " "
                                        + finding.path())
                .containsExactly(
                        "key.private block /etc/ssl/private/service.key",
                        "ssh.host-key block /etc/ssh/ssh_host_rsa_key",
                        "ssh.private-key block p2:/home/a/.ssh/id_rsa",
                        "history.shell warn /home/a/.bash_history",
                        "key.private-encrypted warn /root/locked.pem");
    }

    @Test
    void aKeyThatAPackageShipsUnchangedIsOnlyForTheRecord() {
        var found = new Found();
        found.keys("/usr/share/x/server.key", List.of(new PrivateKey("RSA", 2048, false, "")));
        found.keys("/usr/share/x/changed.key", List.of(new PrivateKey("RSA", 2048, false, "")));

        var facts =
                facts(
                        Map.of(
                                "/usr/share/x/server.key", "hello\n",
                                "/usr/share/x/changed.key", "hello, world\n",
                                "/var/lib/dpkg/info/x.md5sums",
                                        "b1946ac92492d2347c6235b4d2611184  usr/share/x/server.key\n"
                                                + "b1946ac92492d2347c6235b4d2611184  usr/share/x/changed.key\n"),
                        found);

        assertThat(rules(facts)).containsExactly("key.private", "key.vendor");
    }

    @Test
    void manyGroupsMembersAndRulesOfSudoTakeNoLongTime() {
        var accounts = new StringBuilder(PASSWD);
        var groups = new StringBuilder("sudo:x:27:\n");
        var rules = new StringBuilder();
        for (int i = 0; i < 90_000; i++) {
            accounts.append("u%d:x:%d:7::/:/bin/sh\n".formatted(i, 1000 + i));
            groups.append("g%d:x:7:%s\n".formatted(i, i == 0 ? "root,".repeat(90_000) : "root"));
        }
        for (int i = 0; i < 9_000; i++) {
            rules.append("%%g%d,%%x%d ALL=(ALL) ALL\n".formatted(i, i));
        }
        var facts =
                facts(
                        Map.of(
                                "/etc/passwd", accounts.toString(),
                                "/etc/group", groups.toString(),
                                "/etc/sudoers", rules.toString()),
                        new Found());

        var objections =
                Assertions.assertTimeoutPreemptively(
                        Duration.ofSeconds(5), () -> Rules.privilegedGroup(facts));

        assertThat(objections)
                .hasSize(1001)
                .contains(new Objection("/etc/group", "account u0 is in group g0"))
                .endsWith(new Objection("/etc/group", "more accounts are in such groups"));
    }

    @Test
    void aPasswordIsToldWithWhatItsAgeMeans() {
        var facts =
                facts(
                        Map.of(
                                "/etc/shadow",
                                "root:$6$a$b:1::::::\nsshd:$6$a$b:0:::::0:\nnobody:$6$a$b:0::::::\n"),
                        new Found());

        assertThat(RuleCatalogue.judge(Profile.EGI_1, facts, List.of()))
                .extracting(Finding::evidence)
                .containsExactly(
                        "account nobody has a password (sha512crypt), which the first log-in has to"
                                + " change",
                        "account sshd has a password (sha512crypt), and has expired; the password"
                                + " can still be guessed",
                        "account root has a password (sha512crypt)");
    }

    @Test
    void theStateOfAnEarlierBootIsFound() {
        var facts = facts(Map.of("/var/lib/cloud/instances/i-1/user-data.txt", "x"), new Found());

        assertThat(rules(facts)).containsExactly("cloud.state");
        for (var path :
                List.of(
                        "/var/lib/cloud/data/previous-instance-id",
                        "/var/lib/cloud/sem/config_scripts_per_once.once",
                        "/run/cloud-init/instance-data.json",
                        "/var/lib/waagent/ovf-env.xml")) {
            assertThat(rules(facts(Map.of(path, "x"), new Found())))
                    .as(path)
                    .containsExactly("cloud.state");
        }
    }

    @Test
    void eachPlaceThatWasNotReadBlocks() {
        var findings =
                RuleCatalogue.judge(
                        Profile.EGI_1,
                        facts(Map.of(), new Found()),
                        List.of(new Unread("p1:/x", "damaged"), new Unread("p2", "LUKS")));

        assertThat(findings)
                .extracting(Finding::severity, Finding::path)
                .containsExactly(tuple(Severity.BLOCK, "p1:/x"), tuple(Severity.BLOCK, "p2"));
    }

    @Test
    void theProfileNamesEveryRuleOfTheCatalogue() {
        assertThat(Profile.EGI_1.severities().keySet())
                .isEqualTo(new TreeSet<>(RuleCatalogue.rules().stream().map(Rule::id).toList()));
        assertThat(Profile.named("egi/1")).contains(Profile.EGI_1);
        assertThat(Profile.named("egi/0")).isEmpty();
    }

    @Test
    void everyClauseThatARuleServesIsAClauseOfThePolicies() {
        assertThat(RuleCatalogue.rules())
                .allSatisfy(rule -> assertThat(Clauses.all().keySet()).containsAll(rule.clauses()));
    }

    @Test
    void ruleIdsAreOfTheFormThatStatementsCarry() {
        assertThat(RuleCatalogue.rules())
                .allSatisfy(rule -> assertThat(rule.id()).matches("[a-z0-9.-]{1,64}"));
    }

    @Test
    void anAlteredFileOfAPackageIsFoundUnlessItIsConfiguration() {
        var files =
                new FileOwnership(
                        true,
                        0,
                        0,
                        new FileOwnership.Largest("", 0),
                        List.of(),
                        2002,
                        Stream.concat(
                                        Stream.of(new AlteredFile("/etc/a", "a", true)),
                                        IntStream.range(0, 2001)
                                                .mapToObj(
                                                        i ->
                                                                new AlteredFile(
                                                                        "/usr/" + i, "a", false)))
                                .toList());

        var objections = Rules.alteredFiles(files);

        assertThat(objections).hasSize(1001);
        assertThat(objections.getFirst())
                .isEqualTo(new Objection("/usr/0", "differs from package a"));
        assertThat(objections.getLast().evidence()).isEqualTo("1001 more files differ");
        assertThat(Rules.alteredFiles(FileOwnership.NOT_EXAMINED)).isEmpty();
    }
}
