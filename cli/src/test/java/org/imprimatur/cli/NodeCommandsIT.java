package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import org.imprimatur.exchange.Bundle;
import org.imprimatur.exchange.LedgerEntry;
import org.imprimatur.ledger.Checkpoint;
import org.imprimatur.ledger.Cosigner;
import org.imprimatur.ledger.InclusionProof;
import org.imprimatur.ledger.NoteSigner;
import org.imprimatur.ledger.ProofFile;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Sha256;
import org.imprimatur.trust.TrialAuthority;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that sign and ask, against a node with its own database, as people type them. */
class NodeCommandsIT {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Path FAULTY = Ran.fixture("mini-faulty.v3-zlib.qcow2");
    private static final AtomicInteger COUNT = new AtomicInteger();

    @TempDir static Path home;
    private static TrialNode node;
    private static Path charter;

    @BeforeAll
    static void start() throws IOException {
        NodeLog.from(Level.WARNING);
        TrialNode.keys(home, "Endorser", "Officer", "Approver");
        Files.writeString(
                home.resolve("site.yaml"),
                """
                owner: "site:HERE"
                max-staleness: 15m
                store: store
                classes:
                  infrastructure: {trust: ["vo:biomed"], approval: required}
                """);
        node =
                TrialNode.start(
                        home,
                        "catalogue.example/cli",
                        List.of("vo:biomed", "site:HERE", "infrastructure:grid"),
                        "site: site.yaml\n");
        charter = node.charter();
        enrol("endorser", "endorser", "vo:biomed");
        enrol("officer", "security-officer", "vo:biomed");
        enrol("approver", "site-approver", "site:HERE");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    // ---- people -----------------------------------------------------------------------------

    @Test
    void acceptShowsThePolicyAndSignsNothingUntilToldTo() {
        var person = newEndorser();

        var shown = signed(person, "accept");
        var json = signed(person, "accept", "--output", "json");

        assertThat(shown.status()).as(shown.err()).isEqualTo(1);
        assertThat(shown.out()).contains("Endorse with care.", "--yes");
        assertThat(json.status()).isEqualTo(1);
        assertThat(json.json().path("accepted").asBoolean(true)).isFalse();

        var done = signed(person, "accept", "--yes", "--output", "json");
        assertThat(done.status()).as(done.err()).isZero();
        receipt(done.json());

        var again = signed(person, "accept", "--yes");
        assertThat(again.status()).isEqualTo(1);
        assertThat(again.errLines()).hasSize(1);
        assertThat(again.err()).contains("already-accepted");
    }

    @Test
    @Clause("EGI-2.endorser")
    void whoeverHasNotAcceptedThePolicyCannotEndorse() throws IOException {
        var person = newEndorser();

        var ran = endorse(person, image());

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err()).contains("policy-not-accepted", "EGI-2.endorser");
    }

    @Test
    @Clause("EGI-2.endorser")
    void whoeverIsDismissedCannotEndorse() throws IOException {
        var person = newEndorser();
        assertThat(signed(person, "accept", "--yes").status()).isZero();
        var first = endorse(person, image());
        assertThat(first.status()).as(first.err()).isZero();

        var dismissal = dismiss(person, "--output", "json");
        assertThat(dismissal.status()).as(dismissal.err()).isZero();
        receipt(dismissal.json());
        var after = endorse(person, image());

        assertThat(after.status()).isEqualTo(1);
        assertThat(after.errLines()).hasSize(1);
        assertThat(after.err()).contains("not-an-endorser", "EGI-2.endorser");
        assertThat(after.out()).isEmpty();
        assertThat(dismiss(person).err()).contains("not-appointed");
    }

    @Test
    @Clause({"EGI-C1", "END-4.9"})
    void whoeverIsSuspendedCannotEndorseUntilReinstated() throws IOException {
        var person = newEndorser();
        assertThat(signed(person, "accept", "--yes").status()).isZero();

        var suspended = suspend("officer", person, "--known-as", person, "--output", "json");
        assertThat(suspended.status()).as(suspended.err()).isZero();
        receipt(suspended.json());
        var refused = endorse(person, image());
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err()).contains("signer-suspended", "EGI-C1", "the key was stolen");
        assertThat(shown("people").out()).contains("SUSPENDED");
        assertThat(suspend("endorser", person).err()).contains("not-a-security-officer");

        var id = suspended.json().path("id").asText();
        var reinstated = signed("officer", "reinstate", id, "--explanation", "new key");
        assertThat(reinstated.status()).as(reinstated.err()).isZero();
        assertThat(endorse(person, image()).status()).isZero();
        assertThat(signed("officer", "reinstate", id, "--explanation", "again").err())
                .contains("unknown-suspension");
    }

    private static Ran suspend(String who, String person, String... words) {
        var all = new ArrayList<>(List.of("suspend", "--owner", "vo:biomed", "--person"));
        all.add(keys().resolve(person + ".pem").toString());
        all.addAll(List.of("--reason", "security", "--explanation", "the key was stolen"));
        all.addAll(List.of(words));
        return signed(who, all.toArray(String[]::new));
    }

    @Test
    @Clause({"TVM-3.2", "END-4.3", "EGI-5.3"})
    void anEndorserPublishesPracticesAndWhoeverAsksIsShownThem() throws IOException {
        var file = Files.writeString(home.resolve("practice.md"), "# We inspect twice\n");
        var words =
                new String[] {
                    "practice",
                    "publish",
                    file.toString(),
                    "--owner",
                    "vo:biomed",
                    "--title",
                    "How we build",
                    "--practice-version",
                    "7"
                };

        var done = signed("endorser", words);
        assertThat(done.status()).as(done.err()).isZero();
        assertThat(signed("endorser", words).err()).contains("practice-version-used");
        var found = shown("practice", "show", "--owner", "vo:biomed");
        assertThat(found.out())
                .contains(
                        "How we build, version 7, of CN=Endorser", "/api/v1/practices/vo:biomed/");
        assertThat(signed("officer", words).err()).contains("not-an-endorser");
    }

    @Test
    @Clause("EGI-2.endorser")
    void aPolicyForOperatorsIsPublishedListedAndAccepted() throws IOException {
        var file = Files.writeString(home.resolve("operations.txt"), "Patch what you run.\n");
        var words =
                new ArrayList<>(
                        List.of("policy", "publish", file.toString(), "--name", "operations"));
        words.addAll(List.of("--policy-version", "1", "--role", "vm-operator"));
        words.addAll(List.of("--accept-before", "2099-01-01T00:00:00Z", "--explanation", "first"));

        var ofVo = joined(words, "--owner", "vo:biomed");
        assertThat(signed("manager", ofVo.toArray(String[]::new)).err())
                .contains("policy-not-of-owner");
        var done =
                signed(
                        "manager",
                        joined(words, "--owner", "infrastructure:grid").toArray(String[]::new));
        assertThat(done.status()).as(done.err()).isZero();
        assertThat(shown("policy", "list").out())
                .contains("trial-policy 1", "of the charter", "operations 1", "2099-01-01");

        var person = newPerson();
        assertThat(signed("manager", appointment(person, "vm-operator", "site:HERE")).status())
                .isZero();
        var shown = signed(person, "accept", "--policy", "operations");
        assertThat(shown.out()).contains("Patch what you run.", "2099-01-01T00:00:00Z");
        var accepted = signed(person, "accept", "--policy", "operations", "--yes");
        assertThat(accepted.status()).as(accepted.err()).isZero();
        assertThat(signed(person, "accept", "--policy", "nonsense").err())
                .contains("this ledger has no policy 'nonsense'");
    }

    @Test
    @Clause("EGI-5.6")
    void aTermAndATeamStandInTheListOfPeopleAndInTheHistoryOfThePerson() throws IOException {
        var person = newPerson();
        var words = new ArrayList<>(List.of(appointment(person, "endorser", "vo:biomed")));
        words.addAll(List.of("--team", "builders", "--not-after", "2099-01-01T00:00:00Z"));
        words.addAll(List.of("--not-before", "2098-01-01T00:00:00Z"));
        var appointed = signed("manager", words.toArray(String[]::new));
        assertThat(appointed.status()).as(appointed.err()).isZero();

        var listed = shown("people");
        assertThat(listed.out()).contains("endorser in team builders", "not in term");
        var member = newPerson();
        var joins = new ArrayList<>(List.of(appointment(member, "endorser", "vo:biomed")));
        joins.addAll(List.of("--team", "builders"));
        assertThat(signed("manager", joins.toArray(String[]::new)).status()).isZero();
        assertThat(signed(member, "accept", "--yes").status()).isZero();
        var endorsed = endorse(member, image(), "--team", "builders");
        assertThat(endorsed.status()).as(endorsed.err()).isZero();
        var id = endorsed.out().lines().filter(line -> line.startsWith("  statement")).findFirst();
        var told = ask("history", id.orElseThrow().substring(12).strip(), "--output", "json");
        var by = told.json().path("history").path(0);
        assertThat(by.path("team").asText()).isEqualTo("builders");
        assertThat(by.path("individual").asText())
                .isEqualTo(PersonOptions.ofCertificate(keys().resolve(member + ".pem")).subject());
        assertThat(endorse(member, image()).err()).contains("not-an-endorser");
        assertThat(dismiss(person, "--team", "builders").status()).isZero();
        var digest = PersonOptions.ofCertificate(keys().resolve(person + ".pem")).digest().hex();
        var history = ask("history", "person:" + digest);
        assertThat(history.out()).contains("appointment", "dismissal", "signature good");
        assertThat(ask("history", "person:" + "0".repeat(64)).status()).isEqualTo(1);
        assertThat(ask("history", "person:x").status()).isEqualTo(2);
    }

    /** Runs a command that believes what the node shows. */
    private static Ran shown(String... words) {
        var all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--node", url(), "--charter", charter.toString()));
        return Ran.of(all);
    }

    @Test
    void onlyAnAppointerAppoints() {
        var person = newPerson();

        var ran = signed("endorser", appointment(person, "endorser", "vo:biomed"));

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.errLines()).hasSize(1);
        assertThat(ran.err()).contains("not-an-appointer");
    }

    @Test
    void textThatNoStatementMayHoldIsStatusTwo() {
        var person = newPerson();
        var words = new ArrayList<>(List.of(appointment(person, "endorser", "vo:biomed")));
        words.set(words.indexOf("--name") + 1, "two\nlines");

        var ran = signed("manager", words.toArray(String[]::new));

        assertThat(ran.status()).as(ran.err()).isEqualTo(2);
        assertThat(ran.errLines()).hasSize(1);
    }

    // ---- endorse ----------------------------------------------------------------------------

    @Test
    @Clause({"END-4.2.d2", "EGI-5.2.e"})
    void anImageWithFindingsIsNotEndorsed() {
        var bundle = home.resolve("never.json");

        var ran = endorse("endorser", FAULTY, "--bundle", bundle.toString());

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err()).contains("not endorsed", "--waive");
        assertThat(ran.out()).contains("END-4.2.d2", "/home/builder/.ssh/id_ed25519");
        assertThat(bundle).doesNotExist();
        var json = endorse("endorser", FAULTY, "--output", "json");
        assertThat(json.status()).isEqualTo(1);
        var digest = json.json().path("digests").path("sha512").asText();
        assertThat(ask("history", "sha512:" + digest).status()).isEqualTo(1);
    }

    @Test
    void findingsThatAreAllWaivedWithReasonsAreEndorsedAndTheWaiversShown() throws IOException {
        var image = home.resolve("waived.qcow2");
        Files.copy(FAULTY, image);
        // Other bytes behind the last cluster make another file of the same disk.
        Files.write(image, new byte[65_536], StandardOpenOption.APPEND);
        var words = new ArrayList<String>();
        int blocking = 0;
        for (var finding :
                Ran.of("inspect", image.toString(), "--output", "json").json().path("findings")) {
            if (finding.path("severity").asText().equals("block")) {
                blocking++;
                words.add("--waive");
                words.add(
                        "%s@%s=planted for this test"
                                .formatted(
                                        finding.path("rule").asText(),
                                        finding.path("path").asText()));
            }
        }
        var allButOne = new ArrayList<>(words.subList(2, words.size()));

        var partly = endorse("endorser", image, allButOne.toArray(String[]::new));
        var full = endorse("endorser", image, words.toArray(String[]::new));

        assertThat(partly.status()).isEqualTo(1);
        assertThat(partly.err()).contains("not endorsed: 1 blocking finding,");
        assertThat(full.status()).as(full.err()).isZero();
        assertThat(full.out().lines().filter(line -> line.contains("  waived ")))
                .hasSize(distinct(words));
        assertThat(full.out()).contains("planted for this test");
        assertThat(blocking).isGreaterThan(5);

        var bundle = home.resolve("waived.qcow2.bundle.json");
        assertThat(verify(bundle).status()).isZero();
        var late = verify(bundle, "--at", "2099-01-01T00:00:00Z");
        assertThat(late.status()).isEqualTo(1);
        assertThat(late.out()).contains("FAIL  in force", "waiver");
    }

    /** The same file can be found faulty twice by one rule; one waiver serves for both. */
    private static int distinct(List<String> words) {
        return (int) words.stream().filter(word -> !word.equals("--waive")).distinct().count();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--image-version=a b", "--tag=UPPER", "--owner=x", "--guid=1"})
    void whatNoEndorsementMayHoldIsStatusTwoBeforeAnythingIsDone(String wrong) throws IOException {
        var image = image();
        var words = new ArrayList<>(List.of("endorse", image.toString(), wrong));
        for (var needed : List.of("--owner=vo:biomed", "--image-version=1")) {
            if (!wrong.startsWith(needed.substring(0, needed.indexOf('=')))) {
                words.add(needed);
            }
        }

        var ran = signed("endorser", words.toArray(String[]::new));

        assertThat(ran.status()).as(ran.err()).isEqualTo(2);
        assertThat(ran.out()).isEmpty();
    }

    @Test
    @Clause({"TVM-2.image", "TVM-4.v1", "TVM-3.10", "END-4.10", "EGI-5.7b"})
    void whatAnImageWasMadeOfAndHowLongItIsAnsweredForIsSignedAndShown() throws IOException {
        var image = image();
        var base = "sha512:" + "ab".repeat(64);
        var configuration = "sha512:" + "cd".repeat(64);
        var provenance = home.resolve("provenance.json");
        Files.writeString(
                provenance,
                """
                {"_type": "https://in-toto.io/Statement/v1",
                 "subject": [{"name": "i", "digest": {"sha256": "%s"}}],
                 "predicateType": "https://slsa.dev/provenance/v1",
                 "predicate": {"buildDefinition": {"buildType": "https://ci.example/v1"},
                               "runDetails": {"builder": {"id": "https://ci.example/builder"}}}}
                """
                        .formatted(Sha256.of(Files.readAllBytes(image)).hex()));
        String[] details = {
            "--base",
            base,
            "--configuration",
            configuration,
            "--contributor",
            "ROOT team=ROOT 6.32",
            "--until",
            "2099-01-01T00:00:00Z",
            "--tool",
            "packer=1.11.2",
            "--provenance",
            provenance.toString(),
            "--patched-at",
            "2026-11-20T00:00:00Z",
            "--licence",
            "GPL-2.0-only=sources are offered",
            "--output",
            "json"
        };

        var done = endorse("endorser", image, details);
        assertThat(done.status()).as(done.err()).isZero();
        assertThat(done.json().path("kind").asText()).isEqualTo("combined");
        var old = done.json().path("id").asText();
        var guid = done.json().path("guid").asText();
        var next =
                signed(
                        "endorser",
                        "endorse",
                        image().toString(),
                        "--owner",
                        "vo:biomed",
                        "--guid",
                        guid,
                        "--image-version",
                        "2.0",
                        "--replaces",
                        old,
                        "--output",
                        "json");
        assertThat(next.status()).as(next.err()).isZero();
        var newer = next.json().path("id").asText();

        var shown = version(guid, 1);
        assertThat(shown.path("lineage").path("base").asText()).isEqualTo(base);
        assertThat(shown.path("contributors").path(0).path("name").asText()).isEqualTo("ROOT team");
        assertThat(shown.path("generation").path("builder").asText())
                .isEqualTo("https://ci.example/builder");
        assertThat(shown.path("replacedBy").asText()).isEqualTo(newer);
        assertThat(shown.path("responsibility").path("until").asText())
                .isEqualTo("2099-01-01T00:00:00Z");

        var bundle = Path.of(done.json().path("bundle").asText());
        assertThat(verify(bundle, image.toString()).out())
                .contains("answers for the image from", "until just before 2099-01-01T00:00:00Z");
        var late = verify(bundle, "--at", "2099-01-01T00:00:00Z");
        assertThat(late.status()).isEqualTo(1);
        assertThat(late.out()).contains("FAIL  in force: its planned end came");

        var revoked =
                signed(
                        "endorser",
                        "revoke",
                        old,
                        "--reason",
                        "vulnerable",
                        "--urgency",
                        "critical",
                        "--advisory",
                        "CVE-2026-1",
                        "--replacement",
                        newer,
                        "--explanation",
                        "a hole");
        assertThat(revoked.status()).as(revoked.err()).isZero();
        var history = ask("history", guid);
        assertThat(history.out())
                .contains(
                        "combined",
                        "replaces [" + old + "]",
                        "vulnerable, critical: a hole (CVE-2026-1), replaced by " + newer,
                        "answers for the image from",
                        "until just before");
        assertThat(version(guid, 1).path("revocation").path("urgency").asText())
                .isEqualTo("critical");
    }

    private static JsonNode version(String guid, int number) throws IOException {
        var uri =
                URI.create(
                        "http://127.0.0.1:%d/api/v1/images/%s"
                                .formatted(node.node().address().getPort(), guid));
        try (var in = uri.toURL().openStream()) {
            return JSON.readTree(in.readAllBytes()).path("versions").path(number);
        }
    }

    /** The clean image, in which one package says that it is not free. */
    private static Path licensed() throws IOException {
        var image = image();
        var content = new String(Files.readAllBytes(image), StandardCharsets.ISO_8859_1);
        var section = "Section: shells\nInstalled-Size: 7164\n";
        var other = "Section: non-free/shells\nBugs: 12345\n";
        assertThat(content).contains("Package: bash\n", section);
        assertThat(other).hasSameSizeAs(section);
        return Files.write(
                image, content.replace(section, other).getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    @Clause({"TVM-3.6", "END-4.7", "EGI-5.8", "EGI-4.3"})
    void licensedSoftwareIsEndorsedOnlyWithADeclarationThatEverybodySees() throws IOException {
        var image = licensed();
        var place = "/var/lib/dpkg/status#bash";

        var refused = endorse("endorser", image);
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.out()).contains("licence.undeclared", place, "archive area non-free");
        assertThat(refused.err()).contains("not endorsed: 1 blocking finding", "--licence");
        assertThat(endorse("endorser", image, "--licence", "Vendor=They allow it.").status())
                .as("a declaration for no place answers nothing")
                .isEqualTo(1);

        var word = "Our contract allows it, number 17.";
        var done =
                endorse(
                        "endorser",
                        image,
                        "--licence",
                        "Vendor@%s=%s".formatted(place, word),
                        "--output",
                        "json");
        assertThat(done.status()).as(done.err()).isZero();

        // whoever operates the image is told, and finds the package in the signed bill of materials
        var guid = done.json().path("guid").asText();
        var declared = version(guid, 0).path("licences").path(0);
        assertThat(declared.path("licence").asText()).isEqualTo("Vendor");
        assertThat(declared.path("path").asText()).isEqualTo(place);
        assertThat(declared.path("statement").asText()).isEqualTo(word);
        var sboms = home.resolve("licensed-sboms");
        assertThat(ask("history", guid, "--sbom", sboms.toString()).status()).isZero();
        var sbom = sboms.resolve(done.json().path("id").asText() + ".cdx.json");
        var components = JSON.readTree(Files.readAllBytes(sbom)).path("components");
        assertThat(components)
                .filteredOn(each -> each.path("name").asText().equals("bash"))
                .singleElement()
                .satisfies(
                        each ->
                                assertThat(each.path("properties").toString())
                                        .contains("imprimatur:package:area", "non-free"));
        assertThat(verify(Path.of(done.json().path("bundle").asText())).status()).isZero();
    }

    @Test
    void aProfileOfOnesOwnKeepsSoftwareOutByItsLicence() throws IOException {
        var profile = home.resolve("free.yaml");
        Files.writeString(
                profile,
                """
                name: free
                version: 1
                title: Free software alone
                extends: egi/1
                licences:
                  deny:
                    - "area:non-free"
                waivers:
                  never: [licence.denied]
                """);

        var ran =
                endorse(
                        "endorser",
                        licensed(),
                        "--profile",
                        profile.toString(),
                        "--licence",
                        "Vendor@/var/lib/dpkg/status#bash=They allow it.");

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err()).contains("licence.denied", "nobody may waive this");
    }

    @Test
    @Clause({"TVM-3.7.1", "END-4.2.a", "EGI-5.2.a"})
    void anImageThatAFlawedProgramMadeIsNotEndorsedAndAPatchedOneStandsInTheStatement()
            throws IOException {
        var feeds = home.resolve("tool-feeds.yaml");
        var feed = home.resolve("tool-osv.json");
        Files.writeString(
                feed,
                """
                {"id": "GHSA-1111", "aliases": ["CVE-2026-0001"], "modified": "2026-11-01T00:00:00Z",
                 "affected": [{"package": {"ecosystem": "PyPI", "name": "diskimage-builder"},
                   "ranges": [{"type": "ECOSYSTEM",
                               "events": [{"introduced": "0"}, {"fixed": "3.32.0"}]}]}]}
                """);
        Files.writeString(
                feeds,
                """
                feeds:
                  - name: osv-tools
                    format: osv
                    url: %s
                    wanted: true
                """
                        .formatted(feed.toUri()));
        var store = home.resolve("tool-advisories").toString();
        var updated =
                Ran.of("advisories", "update", "--feeds", feeds.toString(), "--advisories", store);
        assertThat(updated.status()).as(updated.err()).isZero();
        var image = image();

        var old = made(image, "3.31.0", store);
        assertThat(old.status()).isEqualTo(1);
        assertThat(old.out()).contains("generation.outdated", "CVE-2026-0001", "fixed in 3.32.0");

        var done = made(image, "3.32.0", store);
        assertThat(done.status()).as(done.err()).isZero();
        var shown = version(done.json().path("guid").asText(), 0);
        assertThat(shown.path("generation").path("tool").asText()).isEqualTo("disk-image-create");
        assertThat(shown.path("generation").path("version").asText()).isEqualTo("3.32.0");
        assertThat(shown.path("generation").path("builder").asText()).contains("CN=Endorser");
        assertThat(shown.path("generatedAt").asText()).isNotEmpty();
        var report = attachment(shown.path("report").asText());
        assertThat(report.path("generation").path("advisories").path(0).path("name").asText())
                .isEqualTo("osv-tools");
    }

    private static Ran made(Path image, String version, String store) {
        return endorse(
                "endorser",
                image,
                "--tool",
                "disk-image-create=" + version,
                "--tool-package",
                "pkg:pypi/diskimage-builder@" + version,
                "--advisories",
                store,
                "--output",
                "json");
    }

    private static JsonNode attachment(String digest) throws IOException {
        var uri =
                URI.create(
                        "http://127.0.0.1:%d/api/v1/attachments/%s"
                                .formatted(node.node().address().getPort(), digest));
        try (var in = uri.toURL().openStream()) {
            return JSON.readTree(in.readAllBytes());
        }
    }

    @Test
    void provenanceOfAnotherFileIsNotAttached() throws IOException {
        var provenance = home.resolve("of-another.json");
        Files.writeString(
                provenance,
                """
                {"_type": "https://in-toto.io/Statement/v1",
                 "subject": [{"name": "i", "digest": {"sha256": "%s"}}],
                 "predicateType": "https://slsa.dev/provenance/v1",
                 "predicate": {"buildDefinition": {"buildType": "t"}, "runDetails": {"builder": {"id": "b"}}}}
                """
                        .formatted("0".repeat(64)));

        var ran =
                endorse(
                        "endorser",
                        image(),
                        "--tool",
                        "packer=1",
                        "--provenance",
                        provenance.toString());

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err()).contains("image-not-named");
        assertThat(ran.errLines()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--kind=combined",
                "--kind=golden",
                "--base=abc",
                "--builder=me",
                "--builder-key=key.pem",
                "--replaces=newest",
                "--until=tomorrow",
                "--contributor==software"
            })
    void detailsThatDoNotFitTogetherAreStatusTwoBeforeAnythingIsDone(String wrong)
            throws IOException {
        var ran = endorse("endorser", image(), wrong);

        assertThat(ran.status()).as(ran.err()).isEqualTo(2);
        assertThat(ran.out()).isEmpty();
    }

    @Test
    void aVersionIsNeverUsedTwice() throws IOException {
        var first = endorse("endorser", image(), "--output", "json").json();

        var again = endorse("endorser", image(), "--guid", first.path("guid").asText());

        assertThat(again.status()).isEqualTo(1);
        assertThat(again.err()).contains("version-used");
    }

    @Test
    void anImageThatCannotBeReadIsStatusThree() {
        var ran = endorse("endorser", Ran.fixture("bad/qcow2-backing-file.qcow2"));

        assertThat(ran.status()).isEqualTo(3);
        assertThat(ran.errLines()).hasSize(1);
    }

    // ---- verify -----------------------------------------------------------------------------

    @Test
    void aCleanImageIsEndorsedAndItsBundleVerifiesOffLine() throws IOException {
        var image = image();
        var done = endorse("endorser", image, "--output", "json");
        assertThat(done.status()).as(done.err()).isZero();
        receipt(done.json());
        var bundle = Path.of(done.json().path("bundle").asText());

        var text = verify(bundle, image.toString());
        var json = verify(bundle, image.toString(), "--output", "json");

        assertThat(text.status()).as(text.out() + text.err()).isZero();
        assertThat(text.lastLine()).startsWith("VERIFIED: ");
        assertThat(text.out()).doesNotContain("FAIL");
        assertThat(json.status()).isZero();
        assertThat(json.json().path("verdict").asText()).isEqualTo("VERIFIED");
        assertThat(json.json().path("guid")).isEqualTo(done.json().path("guid"));
        assertThat(json.json().path("links").size()).isGreaterThan(4);
    }

    @Test
    void endorseVerifiesTheBundleThatItKeeps() throws IOException {
        var anchors = keys().resolve("anchors").toString();
        var strangers = Files.createTempDirectory(home, "none").toString();

        var checked = endorse("endorser", image(), "--anchors", anchors);
        var unchecked = endorse("endorser", image());
        var kept = home.resolve("unkept.json");
        var refused =
                endorse("endorser", image(), "--anchors", strangers, "--bundle", kept.toString());

        assertThat(checked.status()).as(checked.err()).isZero();
        assertThat(checked.err()).doesNotContain("the bundle is kept as the node gave it");
        assertThat(unchecked.status()).isZero();
        assertThat(unchecked.err()).contains("the bundle is kept as the node gave it");
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err()).contains("endorsed in entry", "does not verify", "not kept");
        assertThat(kept).doesNotExist();
    }

    @Test
    void aReaderAsksForTheWordOfWitnessesBesidesTheLedgers() throws IOException {
        var witness = Cosigner.generate("w1.example", new SecureRandom());
        var key = witness.verifier().toString();
        var plain = endorsed();
        var bundle = Bundle.read(Files.readAllBytes(plain));
        var proof = bundle.entry().proof();
        var checkpoint = Checkpoint.parse(proof.note().text());
        var cosigned = home.resolve("cosigned.json");
        Files.write(
                cosigned,
                new Bundle(
                                new Bundle.Proven(
                                        bundle.entry().entry(),
                                        ProofFile.of(
                                                new InclusionProof(
                                                        proof.index(),
                                                        checkpoint.size(),
                                                        proof.hashes()),
                                                proof.note()
                                                        .with(
                                                                witness.cosign(
                                                                        checkpoint,
                                                                        At.CLOCK.instant())))),
                                bundle.support())
                        .write());

        var good = verify(cosigned, "--witnesses", "1", "--witness", key);
        var bad = verify(plain, "--witnesses", "1", "--witness", key);
        var many = verify(plain, "--witnesses", "2", "--witness", key);

        assertThat(good.status()).as(good.out() + good.err()).isZero();
        assertThat(good.out()).contains("ok    witnesses: 1 asked for; cosigned by w1.example at ");
        assertThat(bad.status()).isEqualTo(1);
        assertThat(bad.out())
                .contains("FAIL  witnesses: ", "0 of the 1 cosignatures", "has not cosigned");
        assertThat(many.status()).isEqualTo(2);
        assertThat(verify(plain, "--witnesses", "0").status()).isZero();
    }

    @Test
    void anotherFileIsRefusedAndWhetherItHoldsTheSameDiskIsSaid() throws IOException {
        var image = Ran.unpacked("mini-clean.v3.qcow2.gz", Files.createTempDirectory(home, "v"));
        var sameDisk = Ran.fixture("mini-clean.v3-zlib.qcow2");
        assertThat(endorse("endorser", image).status()).isZero();
        var bundle = image.resolveSibling(image.getFileName() + ".bundle.json");

        var same = verify(bundle, sameDisk.toString());
        var other = verify(bundle, FAULTY.toString());
        var none = verify(bundle, home.resolve("none").toString());

        assertThat(same.status()).isEqualTo(1);
        assertThat(same.lastLine()).startsWith("REFUSED");
        assertThat(same.out()).contains("FAIL  image", "it holds the same disk in another file");
        assertThat(other.status()).isEqualTo(1);
        assertThat(other.out()).contains("FAIL  image", "it holds another disk");
        assertThat(none.status()).isEqualTo(3);
    }

    @Test
    void aBundleThatWasTamperedWithIsRefused() throws IOException {
        var bundle = endorsed();
        var tree = (ObjectNode) JSON.readTree(Files.readAllBytes(bundle));
        var entry = (ObjectNode) tree.path("entry");
        var real = LedgerEntry.parse(Base64.getDecoder().decode(entry.path("bytes").asText()));
        var other = LedgerEntry.of(real.admittedAt().plusSeconds(1), real.envelope());
        entry.put("bytes", Base64.getEncoder().encodeToString(other.bytes()));
        var tampered = home.resolve("tampered.json");
        Files.write(tampered, JSON.writeValueAsBytes(tree));

        var ran = verify(tampered);

        assertThat(ran.status()).as(ran.out() + ran.err()).isEqualTo(1);
        assertThat(ran.lastLine()).isEqualTo("REFUSED");
        assertThat(ran.out()).contains("FAIL");
    }

    @Test
    void aBundleIsRefusedUnderOtherAnchorsAndAnotherCharter() throws IOException {
        var bundle = endorsed();
        Ran.of("keygen", "--dir", home.resolve("strangers").toString(), "Stranger");

        var anchors =
                Ran.of(
                        "verify",
                        bundle.toString(),
                        "--charter",
                        charter.toString(),
                        "--anchors",
                        home.resolve("strangers/anchors").toString());
        var ledger =
                Ran.of(
                        "verify",
                        bundle.toString(),
                        "--charter",
                        otherKey().toString(),
                        "--anchors",
                        keys().resolve("anchors").toString());

        for (var ran : List.of(anchors, ledger)) {
            assertThat(ran.status()).as(ran.out() + ran.err()).isEqualTo(1);
            assertThat(ran.lastLine()).isEqualTo("REFUSED");
        }
    }

    @Test
    void beforeItWasEndorsedAnImageWasNot() throws IOException {
        var ran = verify(endorsed(), "--at", "2020-01-01T00:00:00Z");

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.out()).contains("FAIL  in force");
    }

    // ---- status -----------------------------------------------------------------------------

    private static Ran status(String from, String... words) {
        return Ran.of(
                joined(List.of("status", "--from", from, "--charter", charter.toString()), words)
                        .toArray(String[]::new));
    }

    @Test
    @Clause({"END-4.6", "EGI-5.7", "TVM-3.3"})
    void aSavedStatusProofShowsOffLineThatABundleWasNotRevokedUntilItWas() throws IOException {
        var image = image();
        var made = endorse("endorser", image, "--output", "json").json();
        var guid = made.path("guid").asText();
        var bundle = Path.of(made.path("bundle").asText());
        var before = home.resolve(guid + ".before.json").toString();
        var after = home.resolve(guid + ".after.json").toString();
        var elsewhere = home.resolve(guid + ".elsewhere.json").toString();

        var good = status(url(), guid, "--save", before);
        assertThat(good.status()).as(good.out() + good.err()).isZero();
        assertThat(good.out()).contains("version 1.0  endorsed", "and no other");
        assertThat(good.lastLine()).startsWith("complete at tree size");
        assertThat(revoke("endorser", made.path("id").asText()).status()).isZero();
        var json = status(url(), guid, "--save", after, "--output", "json");
        assertThat(json.status()).isEqualTo(1);
        var endorsement = json.json().path("images").path(0).path("endorsements").path(0);
        assertThat(json.json().path("verdict").asText()).isEqualTo("PROVEN");
        assertThat(endorsement.path("state").asText()).isEqualTo("revoked");
        assertThat(endorsement.path("because").path(0).path("kind").asText())
                .isEqualTo("revocation");
        assertThat(status(after, "--at", "2027-01-01T00:00:00Z").out())
                .isEqualTo(status(after, guid, "--at", "2027-01-01T00:00:00Z").out());

        var fresh = verify(bundle, image.toString(), "--status", before);
        assertThat(fresh.status()).as(fresh.out() + fresh.err()).isZero();
        assertThat(fresh.out())
                .contains("ok    not revoked", "nothing later than the bundle is known");
        var late = verify(bundle, image.toString(), "--status", after);
        assertThat(fresh.out()).containsPattern("answers for the image from \\S+ on\n");
        assertThat(late.out())
                .containsPattern(
                        "answers for the image from \\S+ until just before "
                                + endorsement.path("because").path(0).path("admittedAt").asText());
        assertThat(late.status()).isEqualTo(1);
        assertThat(late.out()).contains("FAIL  not revoked: revoked: revocation (");

        var unknown = status(url(), UUID.randomUUID().toString(), "--save", elsewhere);
        assertThat(unknown.status()).isEqualTo(1);
        assertThat(unknown.out()).contains("never endorsed");
        assertThat(verify(bundle, "--status", elsewhere).out()).contains("not about this image");

        var other = Files.readString(Path.of(after)).replace("superseded", "vulnerable");
        var refused =
                status(Files.writeString(home.resolve(guid + ".other.json"), other).toString());
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.out()).contains("FAIL  record image:");
        assertThat(refused.lastLine()).startsWith("REFUSED");
        assertThat(status(url(), "nonsense").status()).isEqualTo(2);
        assertThat(status(url(), guid, "--size", "999999").err()).contains("size-not-kept");
    }

    // ---- keys -------------------------------------------------------------------------------

    @Test
    void aKeyOnATokenSignsWhateverAKeyFileDoes() throws Exception {
        var token = SoftToken.token();
        var person = newPerson("rsa-2048");
        token.take(keys(), "manager", "01");
        token.take(keys(), person, "02");
        var image = image();
        var tag = "token-" + COUNT.incrementAndGet();

        for (var ran :
                List.of(
                        withToken(token, "manager", appointment(person, "endorser", "vo:biomed")),
                        withToken(token, person, "accept", "--yes"),
                        withToken(
                                token,
                                person,
                                "endorse",
                                image.toString(),
                                "--owner",
                                "vo:biomed",
                                "--image-version",
                                "1.0",
                                "--tag",
                                tag,
                                "--location",
                                "https://images.example/image.raw"),
                        withToken(
                                token,
                                person,
                                "revoke",
                                "vo:biomed/" + tag,
                                "--reason",
                                "superseded",
                                "--explanation",
                                "a newer one"))) {
            assertThat(ran.status()).as(ran.err()).isZero();
            assertThat(ran.out()).contains("proof verified");
            assertThat(ran.out() + ran.err()).doesNotContain("trial-1");
        }

        var bundle = image + ".bundle.json";
        var document = home.resolve(tag + ".xml").toString();
        var export =
                List.of(
                        "stratuslab",
                        "export",
                        bundle,
                        image.toString(),
                        "--email",
                        "endorser@example.org",
                        "--charter",
                        charter.toString(),
                        "--anchors",
                        keys().resolve("anchors").toString(),
                        "--to",
                        document);
        var exported = Ran.of(joined(export, token.options(person)));
        assertThat(exported.status()).as(exported.err()).isZero();
        var verified =
                Ran.of(
                        "stratuslab",
                        "verify",
                        document,
                        "--anchors",
                        keys().resolve("anchors").toString());
        assertThat(verified.status()).as(verified.out() + verified.err()).isZero();
    }

    @Test
    void aRenewedCertificateWithAnotherKeyIsTheSamePerson() throws Exception {
        var person = newEndorser();
        assertThat(signed(person, "accept", "--yes").status()).isZero();
        var image = image();
        var tag = "renewed-" + COUNT.incrementAndGet();
        assertThat(endorse(person, image, "--tag", tag).status()).isZero();

        var renewed =
                TrialAuthority.read(
                                keys().resolve("authority"),
                                InstantSource.system(),
                                new SecureRandom())
                        .issue(person, TrialAuthority.KeyKind.EC_P384);
        TrialAuthority.write(renewed, keys(), person + "-renewed");
        var next = image();
        var endorsed =
                signed(
                        person + "-renewed",
                        "endorse",
                        next.toString(),
                        "--owner",
                        "vo:biomed",
                        "--image-version",
                        "1.1",
                        "--tag",
                        tag);
        var revoked = revoke(person + "-renewed", "sha512:" + sha512(image));

        assertThat(endorsed.status()).as(endorsed.err()).isZero();
        assertThat(revoked.status()).as(revoked.err()).isZero();
        for (var file : List.of(image, next)) {
            var verified =
                    Ran.of(
                            "verify",
                            file + ".bundle.json",
                            file.toString(),
                            "--charter",
                            charter.toString(),
                            "--anchors",
                            keys().resolve("anchors").toString());
            assertThat(verified.status()).as(verified.err()).isZero();
        }
    }

    private static String sha512(Path file) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-512").digest(Files.readAllBytes(file)));
    }

    private static Ran withToken(SoftToken token, String who, String... words) {
        return Ran.of(
                joined(
                        joined(List.of(words), "--node", url(), "--charter", charter.toString()),
                        token.options(who)));
    }

    private static List<String> joined(List<String> words, String... more) {
        var all = new ArrayList<>(words);
        all.addAll(List.of(more));
        return all;
    }

    // ---- history, revoke, block --------------------------------------------------------------

    @Test
    @Clause({"TVM-3.4", "END-4.5", "EGI-5.6", "END-4.6"})
    void theHistoryIsFoundByEveryNameOfTheImageAndKeepsTheRevocation() throws IOException {
        var tag = "history-" + COUNT.incrementAndGet();
        var made = endorse("endorser", image(), "--tag", tag, "--output", "json").json();
        var revoked =
                signed(
                        "endorser",
                        "revoke",
                        "vo:biomed/" + tag,
                        "--reason",
                        "vulnerable",
                        "--explanation",
                        "a hole was found",
                        "--advisory",
                        "CVE-2026-1234",
                        "--output",
                        "json");
        assertThat(revoked.status()).as(revoked.err()).isZero();
        receipt(revoked.json());

        for (var name :
                List.of(
                        made.path("guid").asText(),
                        made.path("image").asText(),
                        made.path("id").asText(),
                        "vo:biomed/" + tag)) {
            var ran = ask("history", name, "--output", "json");

            assertThat(ran.status()).as(name + ran.err()).isZero();
            var list = ran.json().path("history");
            assertThat(list.size()).isEqualTo(2);
            assertThat(list.get(0).path("kind").asText()).isEqualTo("endorsement");
            assertThat(list.get(0).path("id")).isEqualTo(made.path("id"));
            assertThat(list.get(0).path("signer").asText()).contains("CN=Endorser");
            assertThat(list.get(1).path("kind").asText()).isEqualTo("revocation");
            assertThat(list.get(1).path("what").asText()).contains("a hole was found");
            for (var one : list) {
                assertThat(one.path("proof").asText()).isEqualTo("good");
                assertThat(one.path("signature").asText()).isEqualTo("good");
                assertThat(one.path("admittedAt").asText()).isNotEmpty();
            }
        }
        for (var name :
                List.of(
                        made.path("guid").asText(),
                        made.path("image").asText(),
                        made.path("id").asText(),
                        "vo:biomed/" + tag)) {
            var directory = Files.createTempDirectory(home, "sboms");
            var ran = ask("history", name, "--sbom", directory.toString(), "--output", "json");
            assertThat(ran.status()).as(name + ran.err()).isZero();
            var endorsed = ran.json().path("history").path(0);
            assertThat(endorsed.path("guid")).isEqualTo(made.path("guid"));
            assertThat(endorsed.path("title").asText()).isNotEmpty();
            assertThat(endorsed.path("generatedAt").asText()).endsWith("Z");
            var sbom = Files.readAllBytes(Path.of(endorsed.path("sbomFile").asText()));
            assertThat(Sha256.of(sbom)).hasToString(endorsed.path("sbom").asText());
            assertThat(JSON.readTree(sbom).path("components"))
                    .extracting(
                            each ->
                                    each.path("name").asText()
                                            + " "
                                            + each.path("version").asText())
                    .contains("dpkg 1.21.22", "bash 5.2.15-2+b8", "debian 12");
        }
        assertThat(ask("history", made.path("guid").asText()).lastLine())
                .startsWith("2 statements about " + made.path("guid").asText());
    }

    @Test
    @Clause("END-4.6")
    void anEndorsementIsRevokedOnce() throws IOException {
        var id = endorse("endorser", image(), "--output", "json").json().path("id").asText();

        assertThat(revoke("endorser", id).status()).isZero();
        var again = revoke("endorser", id);

        assertThat(again.status()).isEqualTo(1);
        assertThat(again.errLines()).hasSize(1);
        assertThat(again.err()).contains("already-revoked", "END-4.6");
    }

    @Test
    @Clause("END-4.6")
    void whoeverIsNotEntitledCannotRevoke() throws IOException {
        var id = endorse("endorser", image(), "--output", "json").json().path("id").asText();

        var ran = revoke("approver", id);

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err()).contains("not-entitled-to-revoke");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "vo:biomed/none",
                "sha512:"
                        + "00000000000000000000000000000000000000000000000000000000000000000000000000000000"
                        + "000000000000000000000000000000000000000000000000",
                "0000000000000000000000000000000000000000000000000000000000000000"
            })
    void whatNobodyEndorsedIsStatusOne(String name) {
        var ran = revoke("endorser", name);

        assertThat(ran.status()).as(ran.err()).isEqualTo(1);
        assertThat(ran.errLines()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sha512:beef", "vo:biomed/UPPER", "nobody/x", "nonsense", "sha512:"})
    void aNameThatIsNoneIsStatusTwo(String name) {
        assertThat(revoke("endorser", name).status()).isEqualTo(2);
        assertThat(ask("history", name).status()).isEqualTo(2);
        if (name.startsWith("sha512:")) {
            assertThat(block("officer", name).status()).isEqualTo(2);
        }
    }

    @Test
    @Clause("END-4.9")
    void anyImageCanBeBlockedUntilItIsUnblocked() {
        var digest = "sha512:" + "0a".repeat(64);

        var blocked = block("officer", digest, "--output", "json");
        assertThat(blocked.status()).as(blocked.err()).isZero();
        receipt(blocked.json());
        var id = blocked.json().path("id").asText();
        var unblocked = unblock("officer", id, "--output", "json");
        var again = unblock("officer", id);

        assertThat(unblocked.status()).as(unblocked.err()).isZero();
        receipt(unblocked.json());
        assertThat(again.status()).isEqualTo(1);
        assertThat(again.err()).contains("unknown-block");
        assertThat(block("endorser", digest).err()).contains("not-a-security-officer");
    }

    @Test
    void onlyABlockCanBeUnblocked() throws IOException {
        var id = endorse("endorser", image(), "--output", "json").json().path("id").asText();

        assertThat(unblock("officer", id).status()).isEqualTo(2);
        assertThat(unblock("officer", id).err()).contains("endorsement");
        assertThat(unblock("officer", "nonsense").status()).isEqualTo(2);
        assertThat(unblock("officer", "0".repeat(64)).status()).isEqualTo(1);
    }

    @Test
    @Clause({"WLCG-3", "WLCG-4"})
    void aSiteApprovesOnceAndCanRefuseLater() throws Exception {
        var id = endorse("endorser", image(), "--output", "json").json().path("id").asText();

        var approved = site("approver", "approve", id, "--output", "json");
        assertThat(approved.status()).as(approved.err()).isZero();
        receipt(approved.json());
        var again = site("approver", "approve", id);
        assertThat(again.status()).isEqualTo(1);
        assertThat(again.err()).contains("already-approved");
        assertThat(site("endorser", "approve", id).err()).contains("not-a-site-approver");

        var refused =
                site("approver", "refuse", id, "--explanation", "not here", "--output", "json");
        assertThat(refused.status()).as(refused.err()).isZero();
        receipt(refused.json());
        // At once, or within ten minutes where they were just told something else.
        var told = new NodeClient(URI.create(url()));
        long end = System.nanoTime() + 30_000_000_000L;
        var images = "/api/v1/site/images?endorsement=" + id;
        while (told.json(images).at("/images/0/refusal/notices/0").isMissingNode()
                && System.nanoTime() < end) {
            Thread.sleep(50);
        }
        var refusal = told.json(images).at("/images/0/refusal");
        assertThat(refusal.path("explanation").asText()).isEqualTo("not here");
        assertThat(refusal.at("/notices/0/recipient").asText()).isEqualTo("security@example.org");
    }

    // ---- decisions ------------------------------------------------------------------------------

    private static Ran decide(String image, String... words) {
        var all = new ArrayList<>(List.of("decide", image, "--node", url()));
        all.addAll(List.of("--operator", "CN=Olga", "--class", "infrastructure", "--host", "wn1"));
        all.addAll(List.of(words));
        return Ran.of(all);
    }

    @Test
    @Clause("END-2.operator")
    void aDecisionIsAskedForAndMadeAgain() throws IOException {
        var image = image();
        var endorsed = endorse("endorser", image, "--output", "json").json();

        var denied = decide(image.toString());
        assertThat(denied.status()).as(denied.err()).isEqualTo(1);
        assertThat(denied.out()).startsWith("DENY").contains("not-approved", "WLCG-3");
        site("approver", "approve", endorsed.path("id").asText());
        var permitted = decide(endorsed.path("guid").asText(), "--output", "json");
        assertThat(permitted.status()).as(permitted.err()).isZero();
        assertThat(permitted.json().path("decision").asBoolean()).isTrue();
        var digest = permitted.json().path("context").path("image").asText();
        assertThat(decide(digest, "--action", "continue").out()).startsWith("PERMIT");

        var id = denied.out().replaceFirst("(?s).*decision (\\S+) of .*", "$1");
        var replayed = Ran.of("replay", id, "--node", url());
        assertThat(replayed.status()).as(replayed.err()).isZero();
        assertThat(replayed.out())
                .contains("replayed: the same in every word", "today it would be: PERMIT")
                .contains("new  endorsed-and-approved", "gone not-approved", "entries and has");
        var json = Ran.of("replay", id, "--node", url(), "--output", "json").json();
        assertThat(json.path("same").asBoolean()).isTrue();
    }

    @Test
    void whatCannotBeAskedSaysWhy() {
        assertThat(decide("no-such-file").status()).isEqualTo(3);
        assertThat(decide("no-such-file").err()).contains("GUID@VERSION");
        assertThat(decide("sha512:12").status()).isEqualTo(2);
        var unknown = Ran.of("replay", "00000000-0000-4000-8000-000000000000", "--node", url());
        assertThat(unknown.status()).isEqualTo(1);
        assertThat(unknown.err()).contains("no decision has the id");
    }

    // ---- the ledger's key, and the signer's ----------------------------------------------------

    @Test
    void aNodeThatIsNotOfThePinnedCharterIsNotBelieved() throws IOException {
        var guid = endorse("endorser", image(), "--output", "json").json().path("guid").asText();
        var wrong = otherKey().toString();

        var history =
                Ran.of("history", guid, "--node", url(), "--charter", wrong, "--output", "json");
        var words = new ArrayList<>(List.of("accept", "--yes", "--node", url()));
        words.addAll(List.of("--charter", wrong));
        words.addAll(key(newEndorser()));
        var accepted = Ran.of(words);

        for (var ran : List.of(history, accepted)) {
            assertThat(ran.status()).as(ran.err()).isEqualTo(1);
            assertThat(ran.out()).isEmpty();
            assertThat(ran.errLines()).hasSize(1);
            assertThat(ran.err()).contains("does not prove");
        }
    }

    @Test
    void withoutAPinnedCharterTheNodeIsBelievedWithAWordOfWarning() throws IOException {
        var guid = endorse("endorser", image(), "--output", "json").json().path("guid").asText();

        var ran = Ran.of("history", guid, "--node", url());

        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.err()).contains("note: believing the charter", "--charter");
        assertThat(ran.out()).contains("signature not checked");
    }

    @Test
    void anEncryptedKeyIsOpenedByItsPasswordAlone() throws Exception {
        var person = newEndorser();
        var store = encrypted(person, "correct horse");
        var right = Files.writeString(home.resolve("right.txt"), "correct horse\n");
        var wrong = Files.writeString(home.resolve("wrong.txt"), "battery staple\n");

        var words = List.of("accept", "--yes", "--node", url(), "--charter", charter.toString());
        var bad = withKey(words, store, "--password-file", wrong.toString());
        var none = withKey(words, store, "--password-file", home.resolve("no.txt").toString());
        var unasked = withKey(words, store);
        var good = withKey(words, store, "--password-file", right.toString());

        for (var ran : List.of(bad, none, unasked)) {
            assertThat(ran.status()).as(ran.err()).isEqualTo(3);
            assertThat(ran.errLines()).hasSize(1);
            assertThat(ran.err()).doesNotContain("battery", "horse", "Exception");
        }
        assertThat(bad.err()).contains("password does not open");
        assertThat(good.status()).as(good.err()).isZero();
        assertThat(good.out() + good.err()).doesNotContain("horse");
    }

    @Test
    void aKeyOfAnAuthorityThatTheNodeDoesNotTrustIsRefused() {
        var dir = home.resolve("outsiders");
        Ran.of("keygen", "--dir", dir.toString(), "Manager");

        var ran =
                Ran.of(
                        "accept",
                        "--yes",
                        "--node",
                        url(),
                        "--key",
                        dir.resolve("manager-key.pem").toString(),
                        "--cert",
                        dir.resolve("manager.pem").toString());

        assertThat(ran.status()).as(ran.err()).isEqualTo(1);
        assertThat(ran.out()).isEmpty();
    }

    // ---- how it is done ------------------------------------------------------------------------

    private static Path keys() {
        return home.resolve("keys");
    }

    private static String url() {
        return node.url();
    }

    private static List<String> key(String who) {
        return node.key(who);
    }

    private static Ran signed(String who, String... words) {
        return node.signed(who, words);
    }

    /** Runs a command that asks, with trust anchors. */
    private static Ran ask(String... words) {
        var all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--node", url(), "--charter", charter.toString()));
        all.addAll(List.of("--anchors", keys().resolve("anchors").toString()));
        return Ran.of(all);
    }

    private static Ran verify(Path bundle, String... words) {
        var all = new ArrayList<>(List.of("verify", bundle.toString()));
        all.addAll(List.of(words));
        all.addAll(List.of("--charter", charter.toString()));
        all.addAll(List.of("--anchors", keys().resolve("anchors").toString()));
        return Ran.of(all);
    }

    private static Ran endorse(String who, Path image, String... words) {
        var all = new ArrayList<>(List.of("endorse", image.toString(), "--owner", "vo:biomed"));
        all.addAll(List.of("--image-version", "1.0"));
        all.addAll(List.of(words));
        return signed(who, all.toArray(String[]::new));
    }

    private static Ran revoke(String who, String name) {
        return signed(
                who, "revoke", name, "--reason", "superseded", "--explanation", "a newer one");
    }

    private static Ran block(String who, String name, String... words) {
        var all = new ArrayList<>(List.of("block", name, "--owner", "vo:biomed"));
        all.addAll(List.of("--explanation", "incident 17"));
        all.addAll(List.of(words));
        return signed(who, all.toArray(String[]::new));
    }

    private static Ran unblock(String who, String id, String... words) {
        var all = new ArrayList<>(List.of("unblock", id, "--explanation", "false alarm"));
        all.addAll(List.of(words));
        return signed(who, all.toArray(String[]::new));
    }

    private static Ran site(String who, String command, String id, String... words) {
        var all = new ArrayList<>(List.of(command, id, "--site", "site:HERE"));
        all.addAll(List.of(words));
        return signed(who, all.toArray(String[]::new));
    }

    private static Ran dismiss(String person, String... words) {
        var all = new ArrayList<>(List.of("dismiss", "--owner", "vo:biomed", "--role"));
        all.addAll(List.of("endorser", "--explanation", "left the VO", "--person"));
        all.add(keys().resolve(person + ".pem").toString());
        all.addAll(List.of(words));
        return signed("manager", all.toArray(String[]::new));
    }

    private static String[] appointment(String person, String role, String owner) {
        return node.appointment(person, role, owner);
    }

    private static void enrol(String person, String role, String owner) {
        node.enrol(person, role, owner);
    }

    private static String newPerson() {
        return newPerson("ec-p256");
    }

    private static String newPerson(String kind) {
        var name = "person-" + COUNT.incrementAndGet();
        assertThat(Ran.of("keygen", "--dir", keys().toString(), "--kind", kind, name).status())
                .isZero();
        return name;
    }

    /** Somebody who is appointed, and has not accepted the policy. */
    private static String newEndorser() {
        var person = newPerson();
        var appointed = signed("manager", appointment(person, "endorser", "vo:biomed"));
        assertThat(appointed.status()).as(appointed.err()).isZero();
        return person;
    }

    /** A clean image with a digest of its own: the boot block of a file system is free for use. */
    private static Path image() throws IOException {
        int count = COUNT.incrementAndGet();
        var image =
                Ran.unpacked(
                        "mini-clean.ext4.raw.gz",
                        Files.createTempDirectory(home, "image-" + count));
        try (var file = Files.newByteChannel(image, StandardOpenOption.WRITE)) {
            file.write(StandardCharsets.US_ASCII.encode("image %d".formatted(count)));
        }
        return image;
    }

    private static Path endorsed() throws IOException {
        var done = endorse("endorser", image(), "--output", "json");
        assertThat(done.status()).as(done.err()).isZero();
        return Path.of(done.json().path("bundle").asText());
    }

    /** The charter with the key of another ledger of the same name. */
    private static Path otherKey() throws IOException {
        var tree = (ObjectNode) JSON.readTree(Files.readAllBytes(charter));
        var key = NoteSigner.generate("catalogue.example/cli", new SecureRandom());
        tree.put("key", key.verifier().toString());
        return Files.write(home.resolve("other-charter.json"), JSON.writeValueAsBytes(tree));
    }

    private static void receipt(JsonNode answer) {
        assertThat(answer.path("id").asText()).matches("[0-9a-f]{64}");
        assertThat(answer.path("index").isIntegralNumber()).isTrue();
        assertThat(answer.path("admittedAt").asText()).endsWith("Z");
        assertThat(answer.path("ledger").asText()).isEqualTo("catalogue.example/cli");
    }

    private static Ran withKey(List<String> words, Path store, String... more) {
        var all = new ArrayList<>(words);
        all.addAll(List.of("--key", store.toString()));
        all.addAll(List.of(more));
        return Ran.of(all);
    }

    private static Path encrypted(String person, String password)
            throws IOException, GeneralSecurityException {
        var pem = Files.readString(keys().resolve(person + "-key.pem"));
        var der =
                Base64.getMimeDecoder()
                        .decode(pem.replaceAll("-----[A-Z ]+-----", "").replace("\n", ""));
        var chain =
                CertificateFactory.getInstance("X.509")
                        .generateCertificates(
                                new ByteArrayInputStream(
                                        Files.readAllBytes(keys().resolve(person + ".pem"))));
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "me",
                KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der)),
                password.toCharArray(),
                chain.toArray(Certificate[]::new));
        var file = home.resolve(person + ".p12");
        try (var out = Files.newOutputStream(file)) {
            store.store(out, password.toCharArray());
        }
        return file;
    }
}
