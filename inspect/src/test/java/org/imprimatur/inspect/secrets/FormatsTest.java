package org.imprimatur.inspect.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.imprimatur.register.Clause;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each kind of secret with one that must be seen, and one that only looks alike. */
class FormatsTest {

    private static List<Sighting> in(String text) {
        var content = text.getBytes(StandardCharsets.ISO_8859_1);
        var search = new SecretSearch();
        search.begin("");
        search.accept(0, content, 0, content.length);
        return search.finish();
    }

    @TestFactory
    @Clause({"END-4.2.d2", "EGI-5.2.e"})
    Stream<DynamicTest> theGoodExampleIsSeenAndTheOtherIsNot() {
        return Examples.ALL.stream()
                .map(
                        each ->
                                DynamicTest.dynamicTest(
                                        each.name(),
                                        () -> {
                                            assertThat(in("# a\n" + each.good() + "\n"))
                                                    .as(each.good())
                                                    .extracting(Sighting::name)
                                                    .anyMatch(name -> name.startsWith(each.name()));
                                            assertThat(in("# a\n" + each.bad() + "\n"))
                                                    .as(each.bad())
                                                    .isEmpty();
                                        }));
    }

    @Test
    void aTokenInTheMiddleOfAWordIsNone() {
        for (var each : Examples.ALL) {
            if (each.good().matches("[A-Za-z0-9_-]+") && !each.name().startsWith("age")) {
                assertThat(in("a" + each.good())).as(each.name()).isEmpty();
                assertThat(in(each.good() + "a".repeat(2_000))).as(each.name()).isEmpty();
            }
        }
    }

    @Test
    void whatIsSaidOfASecretHasNothingOfIt() {
        for (var each : Examples.ALL) {
            for (var sighting : in(each.good())) {
                for (int i = 0; i + 8 <= sighting.toString().length(); i++) {
                    var part = sighting.toString().substring(i, i + 8);
                    if (part.matches("[A-Za-z0-9+/]*[0-9][A-Za-z0-9+/]*")
                            && !sighting.toString().contains("SHA256")) {
                        assertThat(each.good()).doesNotContain(part);
                    }
                }
            }
        }
    }
}
