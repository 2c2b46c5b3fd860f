package org.imprimatur.inspect.facts;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the system says it is (os-release(5)). Members that the file does not have are empty texts.
 *
 * @param id lower-case name of the distribution, {@code debian}
 * @param versionId its version, {@code 12}
 * @param name its name for people, {@code Debian GNU/Linux}
 * @param prettyName name and version for people
 * @param idLike the distributions it is made from, nearest first
 * @param cpeName its CPE name, where the vendor gives one
 */
public record OsRelease(
        String id,
        String versionId,
        String name,
        String prettyName,
        List<String> idLike,
        String cpeName) {

    /** Of an image without an installed system. */
    public static final OsRelease UNKNOWN =
            new OsRelease("unknown", "", "unknown", "unknown operating system", List.of(), "");

    private static final int MAX_VALUE = 256;

    /** Copies the list. */
    public OsRelease {
        idLike = List.copyOf(idLike);
    }

    /** Whether nothing is known. Where the name is another, no more is compared. */
    public boolean isUnknown() {
        return prettyName.equals(UNKNOWN.prettyName) && equals(UNKNOWN);
    }

    /**
     * Reads the text of an os-release file. The last assignment of a name counts, as in a shell.
     */
    public static OsRelease parse(String text) {
        Map<String, String> values = new TreeMap<>();
        for (var line : ConfigReader.linesOf(text)) {
            var trimmed = line.strip();
            int equals = trimmed.indexOf('=');
            if (equals > 0 && trimmed.charAt(0) != '#') {
                values.put(trimmed.substring(0, equals), unquote(trimmed.substring(equals + 1)));
            }
        }
        var like = new ArrayList<String>();
        for (var id : values.getOrDefault("ID_LIKE", "").split(" ", -1)) {
            if (!id.isEmpty()) {
                like.add(id);
            }
        }
        var id = values.getOrDefault("ID", "linux");
        var name = values.getOrDefault("NAME", "Linux");
        return new OsRelease(
                id,
                values.getOrDefault("VERSION_ID", ""),
                name,
                values.getOrDefault("PRETTY_NAME", name),
                like,
                values.getOrDefault("CPE_NAME", ""));
    }

    /** True if this is the named distribution or says that it is made from it. */
    public boolean isLike(String distribution) {
        return id.equals(distribution) || idLike.contains(distribution);
    }

    private static String unquote(String value) {
        var result = new StringBuilder();
        char quote = 0;
        for (int i = 0; i < value.length() && result.length() < MAX_VALUE; i++) {
            char c = value.charAt(i);
            if (c == '\\' && quote != '\'' && i + 1 < value.length()) {
                result.append(value.charAt(++i));
            } else if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
            } else if (c == quote) {
                quote = 0;
            } else {
                result.append(c);
            }
        }
        return Shown.text(result.toString().strip());
    }
}
