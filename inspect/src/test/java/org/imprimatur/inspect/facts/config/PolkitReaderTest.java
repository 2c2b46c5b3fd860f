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

/** Rules of polkit(8), which are programs, and entries of pklocalauthority(8). */
class PolkitReaderTest {

    private static final String RULES = "/etc/polkit-1/rules.d/10-x.rules";
    private static final String ENTRIES = "/var/lib/polkit-1/localauthority/50-local.d/x.pkla";

    private final FilesInMemory files = new FilesInMemory();
    private final ConfigReader reader = new ConfigReader(files);

    private List<String> told(String path, String text) {
        files.with(path, text);
        return AccessReader.read(reader, new Services(List.of(), List.of())).polkit().stream()
                .map(each -> each.path() + " " + each.detail())
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "polkit.addRule(function(a, s) {\n  return polkit.Result.YES;\n});",
                "var r = polkit.Result;\npolkit.addRule((a, s) => r . YES);",
                "polkit.addRule((a, s) =>\n  polkit.Result['YES']);",
                "polkit.addRule((a, s) =>\n  \"yes\");",
                "// nobody\n/* // */ polkit.addRule((a, s) => `yes`);",
                "//\n// nobody\rpolkit.addRule((a, s) => polkit.Result.YES);",
                "//\n// nobody\u00e2\u0080\u00a8polkit.addRule((a, s) => polkit.Result.YES);"
            })
    void aRuleThatHasAYesToGiveIsTold(String text) {
        assertThat(told(RULES, text))
                .containsExactly(
                        RULES + " line 2: polkit lets somebody do something without a password");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "polkit.addRule((a, s) => polkit.Result.AUTH_ADMIN_KEEP);",
                "polkit.addRule((a, s) => { polkit.log('yes, sir'); });",
                "\t// return polkit.Result.YES; }",
                "polkit.addAdminRule((a, s) => ['unix-group:wheel', 'unix-user:YESENIA']);"
            })
    void aRuleThatAsksIsNot(String text) {
        assertThat(told(RULES, text)).isEmpty();
    }

    @Test
    void onlyFilesThatPolkitReadsAreRead() {
        assertThat(told(RULES + ".bak", "polkit.Result.YES")).isEmpty();
        assertThat(told(ENTRIES + ".bak", "[x]\nIdentity=unix-user:*\nResultAny=yes\n")).isEmpty();
    }

    @Test
    void eachEntryThatSaysYesIsTold() {
        assertThat(
                        told(
                                ENTRIES,
                                """
                                # ResultAny=yes
                                [a]
                                Identity=unix-user:root;unix-group:wheel
                                Action=*
                                ResultAny = yes
                                [b]
                                ResultAny=yes
                                Identity=unix-netgroup:*
                                Action=org.freedesktop.*
                                [c]
                                Identity=unix-user:0;unix-user:root;
                                ResultAny=yes
                                [d]
                                Identity=unix-user:*
                                ResultAny=no
                                ResultActive=yes
                                [e]
                                Action=*
                                ResultAny=yes
                                [f]
                                Identity=unix-user:*
                                ResultAny=yes
                                ResultAny=auth_admin
                                """))
                .containsExactly(
                        ENTRIES
                                + " line 5: polkit lets unix-user:root;unix-group:wheel do something"
                                + " without a password",
                        ENTRIES
                                + " line 7: polkit lets unix-netgroup:* do something without a"
                                + " password");
    }

    @Test
    void manyRulesTakeNoLongTimeAndAreBounded() {
        files.with(ENTRIES, "[a]\nIdentity=unix-user:a\nResultAny=yes\n".repeat(10_001));

        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(5),
                () -> {
                    assertThat(told(RULES, "a.YES ".repeat(600_000))).hasSize(10_000);
                    assertThat(told(RULES, ".YES" + ". ".repeat(1_000_000))).hasSize(10_000);
                });

        assertThat(reader.unread().toString()).contains("more than 10000 rules");
    }
}
