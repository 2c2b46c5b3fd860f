package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.imprimatur.trust.PasswordSource;
import org.imprimatur.trust.SigningKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys for trials. */
class KeygenCommandTest {

    @TempDir Path directory;

    private Ran keygen(String... args) {
        var all = new ArrayList<String>();
        all.add("keygen");
        all.add("--dir");
        all.add(directory.resolve("trial").toString());
        all.addAll(List.of(args));
        return Ran.of(all);
    }

    @Test
    void aPrivateKeyIsForItsOwnerAloneAndIsNeverShown() throws IOException {
        var ran = keygen("VO manager");

        assertThat(ran.status()).as(ran.err()).isZero();
        var key = directory.resolve("trial/vo-manager-key.pem");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
        assertThat(ran.out()).contains(key.toString()).doesNotContain("PRIVATE KEY");
        assertThat(directory.resolve("trial/anchors")).isNotEmptyDirectory();
        int keys = 0;
        for (var file : files()) {
            if (Files.readString(file).contains("PRIVATE KEY")) {
                keys++;
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as(file.toString())
                        .isEqualTo("rw-------");
            }
        }
        assertThat(keys).as("the authority's key and the person's").isEqualTo(2);
    }

    private List<Path> files() throws IOException {
        try (var all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa-2048", "ec-p256", "ec-p384", "ed25519"})
    void everyKindOfKeyCanBeReadAgain(String kind) {
        var made = keygen("--kind", kind, "--output", "json", "Alice", "Bob").json();

        assertThat(made.path("people").size()).isEqualTo(2);
        for (var person : made.path("people")) {
            var key =
                    SigningKey.read(
                            Path.of(person.path("key").asText()),
                            Path.of(person.path("certificate").asText()),
                            PasswordSource.none());
            assertThat(key.person().subject()).isEqualTo(person.path("subject").asText());
            assertThat(key.person().issuer()).isEqualTo(person.path("issuer").asText());
        }
    }

    @Test
    void anybodysNameCanBeWrittenAsItIs() {
        var ran = keygen("Jürgen O'Neill-Ünal");

        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(directory.resolve("trial/j-rgen-o-neill-nal.pem")).exists();
    }

    @Test
    void whatIsThereIsNotOverwritten() throws IOException {
        keygen("Alice");
        var key = directory.resolve("trial/alice-key.pem");
        var before = Files.readString(key);

        var again = keygen("Alice");

        assertThat(again.status()).isEqualTo(2);
        assertThat(again.errLines()).hasSize(1);
        assertThat(again.err()).contains("alice", "is there already");
        assertThat(Files.readString(key)).isEqualTo(before);
    }

    @Test
    void aSecondCallUsesTheSameAuthority() {
        keygen("Alice");

        var second = keygen("--output", "json", "Bob");

        assertThat(second.status()).as(second.err()).isZero();
        assertThat(second.json().path("people").get(0).path("issuer").asText())
                .contains("Trial CA");
        assertThat(directory.resolve("trial/alice.pem")).exists();
        assertThat(directory.resolve("trial/bob.pem")).exists();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "../etc/passwd,CN=root", "a\nb", "***", "ü", "a/b"})
    void aNameThatIsNoneIsStatusTwoAndNobodyGetsAKey(String name) throws IOException {
        var ran = keygen("Alice", name);

        assertThat(ran.status()).as(ran.err()).isEqualTo(2);
        assertThat(ran.errLines()).hasSize(1);
        assertThat(files()).noneMatch(file -> file.getParent().equals(directory.resolve("trial")));
    }
}
