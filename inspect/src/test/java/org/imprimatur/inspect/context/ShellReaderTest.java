package org.imprimatur.inspect.context;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShellReaderTest {

    @Test
    void commandsAreFoundWhereverTheyStand() {
        var script =
                """
                a; b && c || ! d | e &
                if f; then g; elif h; then i; else j; fi
                while k; do l; done; until m; do n; done
                for x in o p; do q; done
                { r; } ; ( s; t )
                case u in v|w) x1;; (y*) x2 ;& z) esac
                fun() { A1; }
                function other { A2; }
                A3=$(A4 `A5 \\`A6\\``) A7 "$(A8)" ${A9:-$(B1)} <(B2) $((1 + $(B3)))
                [[ a < b && -n "$(B4)" ]] && B5
                """;

        assertThat(names(script))
                .containsExactlyInAnyOrder(
                        "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "q",
                        "r", "s", "t", "x1", "x2", "A1", "A2", "A4", "A5", "A6", "A7", "A8", "B1",
                        "B2", "B3", "B4", "B5");
        assertThat(ShellReader.read(script, 1).faults()).isEmpty();
    }

    @Test
    void wordsAreAsAShellWouldMakeThem() {
        assertThat(words("a 'b c'\"d e\"f\\ g \\\n h # i")).containsExactly("a", "b cd ef g", "h");
        assertThat(words("a\\\nb $'c' $\"d\" '' \"\"")).containsExactly("ab", "c", "d", "", "");
        assertThat(words("a#b 1 2>c >&2 3< d &>e")).containsExactly("a#b", "1");
        assertThat(words("echo if then {} } x=1"))
                .containsExactly("echo", "if", "then", "{}", "}", "x=1");
        assertThat(words("a $b")).containsExactly("a", String.valueOf(ShellVariables.UNKNOWN));
    }

    @Test
    void aCommandKnowsTheLineThatItBeginsIn() {
        var script = "a\n\n# b\nc \\\n  d $(e\nf)\ncat <<X\n$(g)\n\n$(h)\nX\ni";

        assertThat(ShellReader.read(script, 1).commands())
                .extracting(command -> command.line() + first(command))
                .containsExactlyInAnyOrder("1a", "4c", "5e", "6f", "7cat", "8g", "10h", "12i");
    }

    @Test
    void aHereDocumentEndsWhereItsWordStandsAlone() {
        var script = "cat <<-'A' <<B > f\n\ta; rm x\n\tA\nb $(c)\n B\nB\nd\n";
        var commands = ShellReader.read(script, 1).commands();
        var cat =
                commands.stream()
                        .filter(each -> first(each).equals("cat"))
                        .findFirst()
                        .orElseThrow();

        assertThat(names(script)).containsExactlyInAnyOrder("cat", "c", "d");
        assertThat(cat.redirections()).hasSize(3);
        assertThat(cat.redirections().get(0).document().text()).isEqualTo("a; rm x\n");
        assertThat(cat.redirections().get(0).document().known()).isTrue();
        assertThat(cat.redirections().get(1).document().text()).isEqualTo("b $(c)\n B\n");
        assertThat(cat.redirections().get(1).document().known()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'a",
                "\"a",
                "$(a",
                "`a",
                "${a",
                "(a",
                "a)",
                "case a in b) c",
                "a >",
                "a > > b",
                "<<X\na",
                "a b(c)",
                "$'a",
                "[[ a",
                "for ; do",
                "case a b",
                "x=(a",
                "((a\nb))",
                "((a;b))",
                "cat <<$X\nX\n"
            })
    void whatIsNotUnderstoodIsAFault(String script) {
        assertThat(ShellReader.read(script, 1).faults()).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("nested")
    void whatStandsInItselfWithoutEndIsAFaultAndNoOverflow(String part) {
        var read = ShellReader.read(part.repeat(200_000 / part.length()), 1);

        assertThat(read.faults()).isNotEmpty();
    }

    static List<String> nested() {
        return List.of(
                "$(",
                "(",
                "\"$(",
                "${a:-",
                "x=(",
                "@(",
                "$((",
                "<(",
                "\"${a:-\"",
                "a() (",
                "case a in (",
                "((",
                "[[ $(",
                "<<A\n$(",
                "a=$(b `",
                "{ (");
    }

    @Test
    void timeIsInProportionToLength() {
        Assertions.assertTimeout(
                Duration.ofMinutes(1),
                () -> {
                    for (var part : parts()) {
                        ShellReader.read(part.repeat(256_000 / part.length()), 1);
                    }
                });
    }

    private static List<String> parts() {
        return List.of(
                "a ",
                "a;",
                "a\n",
                "'",
                "\"",
                "\\",
                "`",
                "$",
                "$a",
                "a=",
                "a[",
                "<<A\n",
                "<<A ",
                "#",
                "((",
                "))",
                "1>",
                "&",
                "|",
                "[[ ",
                "case ",
                "case a in ",
                "a) ",
                "esac ",
                "in ",
                "${a",
                "${a}",
                "$'",
                "for ",
                "\\\n",
                "{a,",
                "a(",
                "a()",
                "<(a)",
                "a=b ",
                "`a`",
                "$(a)");
    }

    @Test
    void anyTextEndsWithCommandsAndFaultsAndTheSameOnes() {
        var random = new Random(7);
        var parts = parts();
        for (int i = 0; i < 3_000; i++) {
            var text = new StringBuilder();
            for (int k = random.nextInt(40); k >= 0; k--) {
                text.append(parts.get(random.nextInt(parts.size())));
            }
            var once = ShellReader.read(text.toString(), 1);
            var again = ShellReader.read(text.toString(), 1);
            assertThat(once.commands()).hasSameSizeAs(again.commands());
            assertThat(once.faults()).isEqualTo(again.faults());
            assertThat(once.code()).hasSameSizeAs(text);
        }
    }

    private static List<String> names(String script) {
        return ShellReader.read(script, 1).commands().stream()
                .map(ShellReaderTest::first)
                .filter(name -> !name.isEmpty())
                .toList();
    }

    private static String first(ShellCommand command) {
        return command.words().isEmpty()
                ? ""
                : String.valueOf(command.words().getFirst().literal());
    }

    private static List<String> words(String script) {
        var read = ShellReader.read(script, 1);
        assertThat(read.faults()).isEmpty();
        var variables = ShellVariables.of(List.of(read));
        return read.commands().stream()
                .flatMap(command -> command.words().stream())
                .flatMap(word -> variables.expand(word).stream())
                .toList();
    }
}
