package org.imprimatur.register;

import org.jspecify.annotations.Nullable;

/**
 * The endorser's word on software under a licence that asks for one (END-4.7).
 *
 * @param licence an SPDX identifier or expression, or the licence's name
 * @param path the place of the finding {@link #RULE} that it answers; null where none is answered
 * @param statement why the software may be distributed in this image
 */
public record LicenceDeclaration(String licence, @Nullable String path, String statement) {

    /** The rule that finds software whose licence needs a declaration. */
    public static final String RULE = "licence.undeclared";

    public LicenceDeclaration {
        Text.line("licence", licence, 1, 256);
        if (path != null) {
            Text.line("path", path, 0, 4096);
        }
        Text.block("statement", statement, 1, 2000);
    }

    /** Whether it answers this finding. */
    public boolean covers(BlockingFinding finding) {
        return finding.rule().equals(RULE) && finding.path().equals(path);
    }
}
