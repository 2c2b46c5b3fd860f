package org.imprimatur.inspect.packages;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LicenceTermsTest {

    /** All in brackets, any in braces. */
    private static String shown(LicenceTerms terms) {
        return switch (terms) {
            case LicenceTerms.One(var name) -> name;
            case LicenceTerms.All(var all) -> list("[", all, "]");
            case LicenceTerms.Any(var any) -> list("{", any, "}");
        };
    }

    private static String list(String open, List<LicenceTerms> terms, String close) {
        return terms.stream()
                .map(LicenceTermsTest::shown)
                .collect(Collectors.joining("; ", open, close));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "MIT | MIT",
                "GPLv2+ and LGPLv2+ | [GPL-2.0-or-later; LGPL-2.0-or-later]",
                "MIT OR Apache-2.0 AND ISC | {MIT; [Apache-2.0; ISC]}",
                "(MIT OR Apache-2.0) AND ISC | [{MIT; Apache-2.0}; ISC]",
                "GPL-2+ with OpenSSL exception | GPL-2+ with OpenSSL exception",
                "GPL-2.0-only WITH Classpath-exception-2.0 OR MIT |"
                        + " {GPL-2.0-only WITH Classpath-exception-2.0; MIT}",
                "LGPL-2.1 or special or proprietary | {LGPL-2.1; special; proprietary}",
                "GPL-2+, and MIT | [GPL-2.0-or-later; MIT]",
                "NVIDIA Proprietary | NVIDIA Proprietary",
                // what is not of this form is one name
                "MIT and | MIT and",
                "(MIT or ISC | (MIT or ISC",
                "MIT) and ISC | MIT) and ISC",
                "Free (as in speech) | Free (as in speech)",
                "or | or",
            })
    void wordsBetweenOperatorsAreNames(String text, String terms) {
        assertThat(shown(LicenceTerms.parse(text))).isEqualTo(terms);
    }

    @Test
    void anythingIsTermsInTheEnd() {
        var words = List.of("(", ")", "and", "or", "MIT", "x", " ", ",", "with");
        var random = new Random(20261121);
        for (int round = 0; round < 5000; round++) {
            var text = new StringBuilder();
            for (int i = random.nextInt(12); i >= 0; i--) {
                text.append(words.get(random.nextInt(words.size()))).append(' ');
            }
            assertThat(shown(LicenceTerms.parse(text.toString()))).isNotNull();
        }
        var deep = "(".repeat(100_000);
        assertThat(LicenceTerms.parse(deep)).isEqualTo(new LicenceTerms.One(deep));
        var wide = "MIT and ".repeat(100_000) + "MIT";
        assertThat(LicenceTerms.parse(wide)).isEqualTo(new LicenceTerms.One(wide));
        assertThat(LicenceTerms.parse("")).isEqualTo(new LicenceTerms.One(""));
    }
}
