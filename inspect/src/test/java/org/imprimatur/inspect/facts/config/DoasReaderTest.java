package org.imprimatur.inspect.facts.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.FilesInMemory;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The traps of doas.conf(5): options in any order, braces, quotes, joined lines. */
class DoasReaderTest {

    private final FilesInMemory files = new FilesInMemory();
    private final ConfigReader reader = new ConfigReader(files);

    private Access access(String doas) {
        files.with("/etc/doas.conf", doas);
        return AccessReader.read(reader, new Services(List.of(), List.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "permit nopass bob",
                "\tpermit keepenv setenv { A=\"}\" B } nopass nolog bob as root cmd sh args -c x",
                "permit setenv{-A}nopass bob",
                "permit setenv { \\} \"}\" } nopass bob#comment",
                "permit nopass \\\n  keepenv \\\n  bob",
                "permit nopass setenv { \\\n A \\\n B } bob",
                "permit \"nopass\"\npermit nopass bo\\\nb\r",
                "# permit \\\npermit nopass \"bob\"",
                "permit persist carol\ndeny bob\npermit nopass b\"o\"b",
                "permit n\\opass bob"
            })
    void whoIsAskedForNoPasswordIsTold(String doas) {
        assertThat(access(doas).doas())
                .extracting(Place::detail)
                .singleElement()
                .asString()
                .endsWith(": bob may act without a password");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "permit bob",
                "permit persist bob cmd nopass",
                "permit setenv { nopass } bob",
                "permit setenv { nopass bob",
                "permit \"nopass\" as root",
                "permit nopass root",
                "deny nopass bob",
                "# permit nopass bob",
                "permit persist # nopass bob"
            })
    void whoIsAskedIsNot(String doas) {
        assertThat(access(doas).doas()).isEmpty();
    }

    @Test
    void somebodyWhoIsCalledLikeAnOptionIsTold() {
        assertThat(access("permit nopass \"keepenv\"\npermit nopass \\\nsetenv as root").doas())
                .extracting(Place::detail)
                .containsExactly(
                        "line 1: keepenv may act without a password",
                        "line 2: setenv may act without a password");
    }

    @Test
    void aRuleIsToldByTheLineThatItBeginsIn() {
        assertThat(access("permit \\\n\\\n persist bob\n\npermit \\\n nopass bob\n").doas())
                .extracting(Place::detail)
                .containsExactly("line 5: bob may act without a password");
    }

    @Test
    void aRuleOfManyOptionsTakesNoLongTimeAndIsTold() {
        for (var options : List.of(" setenv {}", " keepenv", " nopass x {", " \\\n")) {
            var text = "permit" + options.repeat(4_000_000 / options.length());
            Assertions.assertTimeoutPreemptively(Duration.ofSeconds(5), () -> access(text));
        }

        assertThat(reader.unread())
                .extracting(Object::toString)
                .containsExactly("/etc/doas.conf: line 1 has more than 10000 words");
    }
}
