package org.imprimatur.inspect.facts;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OsReleaseTest {

    @Test
    void quotesEscapesAndCommentsAreThoseOfAShell() {
        var os =
                OsRelease.parse(
                        """
                        # comment
                        NAME="Debian GNU/Linux"
                        ID=debian
                        VERSION_ID='12'
                        PRETTY_NAME="Debian \\"12\\""
                        ID_LIKE="a b"
                        """);

        assertThat(os.name()).isEqualTo("Debian GNU/Linux");
        assertThat(os.versionId()).isEqualTo("12");
        assertThat(os.prettyName()).isEqualTo("Debian \"12\"");
        assertThat(os.isLike("b")).isTrue();
    }

    @Test
    void whatCouldMisleadATerminalIsEscaped() {
        assertThat(OsRelease.parse("NAME=\"a\u001b[31mb\"").name()).isEqualTo("a\\x1b[31mb");
    }
}
