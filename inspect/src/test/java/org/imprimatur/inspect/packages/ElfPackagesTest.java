package org.imprimatur.inspect.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.imprimatur.inspect.facts.UnreadableException;
import org.junit.jupiter.api.Test;

/** The programs were made by gcc and objcopy, with the sections as the compilers write them. */
class ElfPackagesTest {

    private static byte[] program(String name) {
        return Resources.bytes("elf/" + name + ".gz");
    }

    private static List<String> in(byte[] program) throws IOException {
        return ElfPackages.in(FileBytes.of(program), "/usr/bin/tool").stream()
                .map(
                        each ->
                                each.kind()
                                        + " "
                                        + each.namespace()
                                        + " "
                                        + each.name()
                                        + " "
                                        + each.version())
                .toList();
    }

    @Test
    void buildInformationOfGoIsReadInPlace() throws IOException {
        assertThat(in(program("go-inline")))
                .containsExactly(
                        "GO  stdlib 1.21.5",
                        "GO example.org app v2.1.0",
                        "GO github.com/spf13 cobra v1.8.0");
    }

    @Test
    void buildInformationOfOldGoIsReadThroughPointersAndReplacementsCount() throws IOException {
        assertThat(in(program("go-pointers")))
                .containsExactly(
                        "GO  stdlib 1.16.5",
                        "GO example.org tool ",
                        "GO golang.org/x text v0.3.6",
                        "GO example.org fork v1.0.1");
    }

    @Test
    void cratesAreThoseThatAreInTheProgramNotThoseOfTheBuild() throws IOException {
        assertThat(in(program("rust"))).containsExactly("RUST  app 0.3.0", "RUST  serde 1.0.190");
    }

    @Test
    void aBombInTheListOfCratesIsReported() {
        assertThatThrownBy(() -> in(program("rust-bomb")))
                .isInstanceOf(TooMuchException.class)
                .hasMessageContaining("unpacks to more than");
    }

    /** As in the one pass: the beginning and the end are at hand, the rest is read again. */
    @Test
    void theSameIsFoundWhenOnlyTheEndsAreAtHand() throws IOException {
        for (var name : List.of("go-inline", "go-pointers", "rust")) {
            var program = program(name);
            var reads = new int[1];
            var bytes =
                    new FileBytes(
                            program.length,
                            Arrays.copyOf(program, 64),
                            new byte[0],
                            sink -> {
                                reads[0]++;
                                for (int at = 0; at < program.length; at += 100) {
                                    int length = Math.min(100, program.length - at);
                                    sink.accept(at, program, at, length);
                                }
                            });

            assertThat(ElfPackages.in(bytes, "/usr/bin/tool"))
                    .as(name)
                    .isEqualTo(ElfPackages.in(FileBytes.of(program), "/usr/bin/tool"));
            assertThat(reads[0]).as(name).isBetween(1, 10);
        }
    }

    @Test
    void aProgramThatIsCutOffAnywhereEndsOneWayOrTheOther() {
        for (var name : List.of("go-inline", "go-pointers", "rust")) {
            var program = program(name);
            for (int length = 64; length < program.length; length += 61) {
                try {
                    in(Arrays.copyOf(program, length));
                } catch (IOException e) {
                    assertThat(e)
                            .isInstanceOfAny(UnreadableException.class, TooMuchException.class);
                }
            }
        }
    }

    @Test
    void whatIsNoProgramHasNoPackages() throws IOException {
        assertThat(in(new byte[100])).isEmpty();
        assertThat(in(new byte[3])).isEmpty();
    }
}
