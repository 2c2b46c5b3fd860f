package org.imprimatur.ledger;

/**
 * Text, bytes or numbers from outside that do not have the form that the specification demands. The
 * explanation names what was found, shortened, and what was expected.
 */
public final class MalformedInput extends RuntimeException {

    private static final long serialVersionUID = 1;
    private static final int MAX_QUOTED = 80;

    private final String explanation;

    MalformedInput(String explanation) {
        super(explanation);
        this.explanation = explanation;
    }

    /** One sentence for the person or program that sent the input. */
    public String explanation() {
        return explanation;
    }

    /** What was found, fit for a message: quoted, without control characters, and never long. */
    static String quoted(String found) {
        var shown = new StringBuilder("'");
        found.codePoints()
                .limit(MAX_QUOTED)
                .forEach(
                        c -> {
                            if (Character.isISOControl(c)) {
                                shown.append("\\u%04x".formatted(c));
                            } else {
                                shown.appendCodePoint(c);
                            }
                        });
        return shown.append(found.length() > MAX_QUOTED ? "…'" : "'").toString();
    }
}
