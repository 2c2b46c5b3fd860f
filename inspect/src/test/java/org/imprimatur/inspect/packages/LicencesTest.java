package org.imprimatur.inspect.packages;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LicencesTest {

    @ParameterizedTest
    @CsvSource({
        "MIT, MIT",
        "mit, MIT",
        "Expat, MIT",
        "GPL-2+, GPL-2.0-or-later",
        "GPLv2+ and LGPLv2+, GPL-2.0-or-later AND LGPL-2.0-or-later",
        "ASL 2.0 and MIT, Apache-2.0 AND MIT",
        "GPL-2.0-or-later AND (MIT OR BSD-3-Clause), GPL-2.0-or-later AND (MIT OR BSD-3-Clause)",
        "GPL-2.0-only WITH Classpath-exception-2.0, GPL-2.0-only WITH Classpath-exception-2.0"
    })
    void whatIsKnownForCertainBecomesAnExpression(String text, String expression) {
        assertThat(Licences.expression(text)).contains(expression);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "BSD",
                "public-domain",
                "GPL-2+ with OpenSSL exception",
                "MIT AND",
                "AND MIT",
                "(MIT",
                "MIT)",
                "()",
                "MIT MIT",
                "MIT WITH GPL-2.0-only",
                "Classpath-exception-2.0",
                "MIT AND Classpath-exception-2.0",
                "MIT WITH (Classpath-exception-2.0)",
                "Dual-licensed under GPLv3 or Apache 2.0"
            })
    void anythingElseStaysTheTextThatItIs(String text) {
        assertThat(Licences.expression(text)).isEmpty();
    }

    @Test
    void anIdIsNoCompound() {
        assertThat(Licences.isId("MIT")).isTrue();
        assertThat(Licences.isId("MIT AND ISC")).isFalse();
    }
}
