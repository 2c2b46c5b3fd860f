package org.imprimatur.inspect.secrets;

/** A set of bytes. */
final class Chars {

    static final Chars DIGIT = of("0-9");
    static final Chars ALNUM = of("0-9A-Za-z");
    static final Chars LOWER_ALNUM = of("0-9a-z");
    static final Chars HEX = of("0-9A-Fa-f");
    static final Chars BASE32 = of("A-Z2-7");
    static final Chars UPPER_ALNUM = of("A-Z0-9");
    static final Chars WORD = of("0-9A-Za-z_");
    static final Chars BASE64 = of("0-9A-Za-z+/");
    static final Chars BASE64_URL = of("0-9A-Za-z_-");
    static final Chars DOTTED = of("0-9A-Za-z_.-");
    static final Chars BLANK = of(" \t");

    /** What a value in a configuration file may hold: printable, no blank, no quote, no bracket. */
    static final Chars VALUE = of("!#$%&*+,./0-9:=?@A-Z\\^_a-z{|}~-");

    /** A line of text. */
    static final Chars PRINTABLE = of(" !\"#$%&'()*+,./0-9:;<=>?@A-Z[\\]^_`a-z{|}~\t-");

    private final boolean[] in = new boolean[256];

    private Chars() {}

    /**
     * A set in the notation of regular expressions: ranges with {@code -}, which last is itself.
     */
    static Chars of(String ranges) {
        var set = new Chars();
        for (int i = 0; i < ranges.length(); i++) {
            char first = ranges.charAt(i);
            if (i + 2 < ranges.length()
                    && ranges.charAt(i + 1) == '-'
                    && Character.isLetterOrDigit(first)) {
                i += 2;
            }
            for (int c = first; c <= ranges.charAt(i); c++) {
                set.in[c] = true;
            }
        }
        return set;
    }

    boolean has(int c) {
        return c >= 0 && in[c];
    }
}
