package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.imprimatur.exchange.CharterJson;
import org.imprimatur.ledger.NoteSigner;
import org.imprimatur.register.Charter;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Person;
import org.imprimatur.register.PolicyRef;
import org.imprimatur.register.Sha256;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code verify} says of files that it cannot verify; of real bundles see NodeCommandsIT. */
class VerifyCommandTest {

    @TempDir Path directory;

    private Path charter;

    @BeforeEach
    void writeCharter() throws IOException {
        var key = NoteSigner.generate("sample.example/2026", new SecureRandom());
        var policy = Sha256.of("policy".getBytes(StandardCharsets.UTF_8));
        charter = directory.resolve("charter.json");
        Files.write(
                charter,
                CharterJson.write(
                        new Charter(
                                new Origin("sample.example/2026"),
                                key.verifier().toString(),
                                new PolicyRef("policy", "1", policy),
                                List.of(
                                        new Charter.Body(
                                                Owner.parse("vo:biomed"),
                                                List.of(new Person("CN=Olga", "CN=CA")))))));
        Files.createDirectory(directory.resolve("anchors"));
    }

    private Ran verify(Path bundle) {
        return Ran.of(
                "verify",
                bundle.toString(),
                "--charter",
                charter.toString(),
                "--anchors",
                directory.resolve("anchors").toString());
    }

    @Test
    void aBundleThatIsNotThereIsStatusThree() {
        unreadable(verify(directory.resolve("none.json")));
    }

    @Test
    void aDirectoryIsNoBundle() {
        unreadable(verify(directory));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "not JSON",
                "{",
                "[]",
                "null",
                "{\"mediaType\": \"x\"}",
                "{\"mediaType\": \"application/vnd.imprimatur.bundle.v1+json\", \"entry\": 1}",
                "{\"a\": 1, \"a\": 2}"
            })
    void whatIsNoBundleIsStatusThree(String text) throws IOException {
        var bundle = Files.writeString(directory.resolve("bad.json"), text);

        var ran = verify(bundle);

        unreadable(ran);
        assertThat(ran.err()).contains(bundle.toString());
    }

    @Test
    void aBundleThatIsTooDeepOrTooLargeIsStatusThree() throws IOException {
        unreadable(
                verify(Files.writeString(directory.resolve("deep.json"), "[".repeat(1_000_000))));
        unreadable(verify(Files.writeString(directory.resolve("big.json"), " ".repeat(9 << 20))));
    }

    @Test
    void aCharterThatIsNoneIsStatusThree() throws IOException {
        Files.writeString(charter, "{}");
        unreadable(verify(directory.resolve("bundle.json")));

        Files.delete(charter);
        unreadable(verify(directory.resolve("bundle.json")));
    }

    @Test
    void withoutTrustAnchorsNothingIsVerified() {
        var none = Ran.of("verify", "b.json", "--charter", charter.toString());

        assertThat(none.status()).isEqualTo(2);
        assertThat(none.err()).contains("--anchors");
    }

    @Test
    void anAnchorDirectoryThatIsNotThereIsStatusThree() {
        unreadable(
                Ran.of(
                        "verify",
                        "b.json",
                        "--charter",
                        charter.toString(),
                        "--anchors",
                        directory.resolve("none").toString()));
    }

    private static void unreadable(Ran ran) {
        assertThat(ran.status()).as(ran.out() + ran.err()).isEqualTo(3);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.errLines()).hasSize(1);
        assertThat(ran.err()).doesNotContain("Exception", "\tat ");
    }
}
