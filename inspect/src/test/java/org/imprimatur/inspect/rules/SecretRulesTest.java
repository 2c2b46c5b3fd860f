package org.imprimatur.inspect.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.FilesInMemory;
import org.imprimatur.inspect.facts.Found;
import org.imprimatur.inspect.facts.SystemReader;
import org.imprimatur.inspect.keys.PrivateKey;
import org.imprimatur.inspect.secrets.SecretKind;
import org.imprimatur.inspect.secrets.Sighting;
import org.imprimatur.register.Clause;
import org.junit.jupiter.api.Test;

/** What becomes of secrets that were seen. */
class SecretRulesTest {

    private static final PrivateKey KEY = new PrivateKey("RSA", 2048, false, "");

    private static List<String> findings(Found found) {
        var files =
                new FilesInMemory()
                        .with("/opt/vendor/a.py", "hello\n")
                        .with("/opt/vendor/changed.py", "hello, world\n")
                        .with(
                                "/var/lib/dpkg/info/x.md5sums",
                                "b1946ac92492d2347c6235b4d2611184  opt/vendor/a.py\n"
                                        + "b1946ac92492d2347c6235b4d2611184  opt/vendor/changed.py\n")
                        .with(
                                "/var/lib/dpkg/status",
                                "Package: x\nStatus: install ok installed\nVersion: 1\n");
        var facts = new SystemReader(new ConfigReader(files)).facts(found);
        return RuleCatalogue.judge(Profile.EGI_1, facts, List.of()).stream()
                .filter(each -> each.rule().id().matches("(secret|key|ssh)\\..*"))
                .map(
                        each ->
                                "%s %s %s: %s"
                                        .formatted(
                                                each.rule().id(),
                                                each.severity().label(),
                                                each.path(),
                                                each.evidence()))
                .toList();
    }

    private static Sighting seen(SecretKind kind, String name, long offset) {
        return new Sighting(offset, kind, name, null);
    }

    private static Sighting key() {
        return new Sighting(0, SecretKind.PRIVATE_KEY, KEY.description(), KEY);
    }

    @Test
    @Clause({"END-4.2.d2", "EGI-5.2.e"})
    void eachKindOfSecretHasItsRule() {
        var found = new Found();
        found.sightings("/a", "", List.of(seen(SecretKind.TOKEN, "npm token", 7)));
        found.sightings("/b", "", List.of(seen(SecretKind.PASSWORD, "netrc password", 0)));
        found.sightings("/c", "", List.of(seen(SecretKind.ENCRYPTED, "Ansible vault", 0)));

        assertThat(findings(found))
                .containsExactly(
                        "secret.password block /b: netrc password at byte 0",
                        "secret.token block /a: npm token at byte 7",
                        "secret.encrypted info /c: Ansible vault at byte 0");
    }

    @Test
    void manyOfAKindInOneFileAreOneFinding() {
        var found = new Found();
        found.sightings(
                "/a",
                "",
                List.of(
                        seen(SecretKind.TOKEN, "npm token", 7),
                        seen(SecretKind.TOKEN, "npm token", 9),
                        seen(SecretKind.TOKEN, "Slack token", 9)));

        assertThat(findings(found))
                .containsExactly(
                        "secret.token block /a: Slack token at byte 9",
                        "secret.token block /a: npm token, 2 of them, the first at byte 7");
    }

    @Test
    void whatAPackageShipsUnchangedIsForTheRecord() {
        var found = new Found();
        var token = List.of(seen(SecretKind.TOKEN, "npm token", 0));
        found.sightings("/opt/vendor/a.py", "", token);
        found.sightings("/opt/vendor/changed.py", "", token);

        assertThat(findings(found))
                .containsExactly(
                        "secret.token block /opt/vendor/changed.py: npm token at byte 0",
                        "secret.vendor info /opt/vendor/a.py: npm token at byte 0, shipped by x");
    }

    @Test
    void aCertificateCountsBesideAKeyAndInTheGridsDirectory() {
        var certificate = List.of(seen(SecretKind.CERTIFICATE, "certificate", 0));
        var found = new Found();
        found.sightings("/etc/ssl/certs/a.pem", "", certificate);
        found.sightings("/etc/grid-security/hostcert.pem", "", certificate);
        found.sightings("/etc/grid-security/certificates/ca.pem", "", certificate);
        found.sightings("/srv/tls/cert.pem", "", certificate);
        found.sightings("/srv/tls/key.pem", "", List.of(key()));

        assertThat(findings(found))
                .containsExactly(
                        "key.private block /srv/tls/key.pem: RSA 2048 bits, not encrypted",
                        "secret.certificate block /etc/grid-security/hostcert.pem: certificate at"
                                + " byte 0",
                        "secret.certificate block /srv/tls/cert.pem: certificate at byte 0");
    }

    @Test
    void aKeyThatItsMakerPublishesIsNoSecretButNoIdentityEither() {
        var vagrant =
                new PrivateKey(
                        "RSA", 2048, false, "SHA256:1M4RzhMyWuFS/86uPY/ce2prh/dVTHW7iD2RhpquOZA");
        var found = new Found();
        found.keys("/home/v/.ssh/id_rsa", List.of(vagrant));
        found.keys("/etc/ssh/ssh_host_rsa_key", List.of(vagrant));

        assertThat(findings(found))
                .hasSize(2)
                .anySatisfy(each -> assertThat(each).startsWith("ssh.host-key block"))
                .anySatisfy(each -> assertThat(each).startsWith("key.vendor info"));
    }

    @Test
    void theMemberOfAnArchiveIsNamedBehindTheArchive() {
        var found = new Found();
        found.sightings("/root/a.tar.gz", "etc/tls/key.pem", List.of(key()));
        found.sightings("/root/a.tar.gz", "x.py", List.of(seen(SecretKind.TOKEN, "npm token", 3)));

        assertThat(findings(found))
                .containsExactly(
                        "key.private block /root/a.tar.gz!/etc/tls/key.pem: RSA 2048 bits, not"
                                + " encrypted",
                        "secret.token block /root/a.tar.gz!/x.py: npm token at byte 3");
    }
}
