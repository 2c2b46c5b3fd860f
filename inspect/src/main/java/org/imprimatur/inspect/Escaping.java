package org.imprimatur.inspect;

/** Makes text safe inside markup. */
final class Escaping {

    private Escaping() {}

    /**
     * The text for the content or a quoted attribute of an XML or HTML element. What XML 1.0 has no
     * character for becomes U+FFFD.
     */
    static String markup(String text) {
        var safe = new StringBuilder(text.length() + 16);
        text.codePoints()
                .forEach(
                        point -> {
                            switch (point) {
                                case '&' -> safe.append("&amp;");
                                case '<' -> safe.append("&lt;");
                                case '>' -> safe.append("&gt;");
                                case '"' -> safe.append("&quot;");
                                case '\'' -> safe.append("&#39;");
                                default -> safe.appendCodePoint(isXml(point) ? point : 0xfffd);
                            }
                        });
        return safe.toString();
    }

    private static boolean isXml(int point) {
        return point == '\t'
                || point == '\n'
                || point == '\r'
                || point >= 0x20 && point <= 0xd7ff
                || point >= 0xe000 && point <= 0xfffd
                || point >= 0x10000;
    }
}
