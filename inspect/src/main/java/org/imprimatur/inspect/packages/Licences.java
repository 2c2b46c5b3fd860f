package org.imprimatur.inspect.packages;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Recognises what packages say of their licences: SPDX expressions, and the short names of Debian
 * and of older RPM distributions. What is not recognised for certain stays the text that it is.
 */
public final class Licences {

    /** The identifiers of the SPDX licence list, version 3.27.0, those of exceptions among them. */
    private static final Map<String, String> IDS = ids();

    /** Names that mean one licence of the list and no other, in lower case. */
    private static final Map<String, String> ALIASES =
            Map.ofEntries(
                    Map.entry("agpl-3+", "AGPL-3.0-or-later"),
                    Map.entry("agplv3+", "AGPL-3.0-or-later"),
                    Map.entry("apache 2.0", "Apache-2.0"),
                    Map.entry("apache license 2.0", "Apache-2.0"),
                    Map.entry("apache license, version 2.0", "Apache-2.0"),
                    Map.entry("apache-2", "Apache-2.0"),
                    Map.entry("asl 2.0", "Apache-2.0"),
                    Map.entry("expat", "MIT"),
                    Map.entry("gfdl-1.2+", "GFDL-1.2-or-later"),
                    Map.entry("gfdl-1.3", "GFDL-1.3-only"),
                    Map.entry("gfdl-1.3+", "GFDL-1.3-or-later"),
                    Map.entry("gfdl-niv-1.3", "GFDL-1.3-no-invariants-only"),
                    Map.entry("gfdl-niv-1.3+", "GFDL-1.3-no-invariants-or-later"),
                    Map.entry("gpl-1", "GPL-1.0-only"),
                    Map.entry("gpl-1+", "GPL-1.0-or-later"),
                    Map.entry("gpl+", "GPL-1.0-or-later"),
                    Map.entry("gpl-2", "GPL-2.0-only"),
                    Map.entry("gpl-2+", "GPL-2.0-or-later"),
                    Map.entry("gplv2", "GPL-2.0-only"),
                    Map.entry("gplv2+", "GPL-2.0-or-later"),
                    Map.entry("gpl-3", "GPL-3.0-only"),
                    Map.entry("gpl-3+", "GPL-3.0-or-later"),
                    Map.entry("gplv3", "GPL-3.0-only"),
                    Map.entry("gplv3+", "GPL-3.0-or-later"),
                    Map.entry("lgpl-2", "LGPL-2.0-only"),
                    Map.entry("lgpl-2+", "LGPL-2.0-or-later"),
                    Map.entry("lgplv2", "LGPL-2.0-only"),
                    Map.entry("lgplv2+", "LGPL-2.0-or-later"),
                    Map.entry("lgpl-2.1", "LGPL-2.1-only"),
                    Map.entry("lgpl-2.1+", "LGPL-2.1-or-later"),
                    Map.entry("lgpl-3", "LGPL-3.0-only"),
                    Map.entry("lgpl-3+", "LGPL-3.0-or-later"),
                    Map.entry("lgplv3", "LGPL-3.0-only"),
                    Map.entry("lgplv3+", "LGPL-3.0-or-later"),
                    Map.entry("mit license", "MIT"),
                    Map.entry("mplv1.1", "MPL-1.1"),
                    Map.entry("mplv2.0", "MPL-2.0"));

    private static final int MAX_TOKENS = 200;

    private Licences() {}

    private static Map<String, String> ids() {
        try (InputStream in =
                Objects.requireNonNull(Licences.class.getResourceAsStream("spdx-ids.txt"))) {
            var ids = new HashMap<String, String>();
            for (var id :
                    new String(in.readAllBytes(), StandardCharsets.US_ASCII).split("\n", -1)) {
                if (!id.isEmpty()) {
                    ids.put(id.toLowerCase(Locale.ROOT), id);
                }
            }
            return ids;
        } catch (IOException e) {
            throw new UncheckedIOException("the program's own file", e);
        }
    }

    /** Whether an expression is one identifier alone. */
    public static boolean isId(String expression) {
        return IDS.containsKey(expression.toLowerCase(Locale.ROOT)) && !isException(expression);
    }

    /** The SPDX expression that a text means; empty if any part of it is not recognised. */
    public static Optional<String> expression(String text) {
        var whole = name(text);
        if (whole.isPresent() && !isException(whole.get())) {
            return whole;
        }
        var parts = new ArrayList<String>();
        var words = new ArrayList<String>();
        for (var token : tokens(text)) {
            var operator = token.toUpperCase(Locale.ROOT);
            switch (operator) {
                case "AND", "OR", "WITH", "(", ")" -> {
                    if (!flush(words, parts)) {
                        return Optional.empty();
                    }
                    parts.add(operator);
                }
                default -> words.add(token);
            }
        }
        if (!flush(words, parts) || !isSound(parts)) {
            return Optional.empty();
        }
        return Optional.of(String.join(" ", parts).replace("( ", "(").replace(" )", ")"));
    }

    private static Optional<String> name(String text) {
        var lower = text.strip().toLowerCase(Locale.ROOT);
        return Optional.ofNullable(IDS.getOrDefault(lower, ALIASES.get(lower)));
    }

    /** Exceptions stand in the same list; some old identifiers have a licence and one in one. */
    private static boolean isException(String id) {
        var lower = id.toLowerCase(Locale.ROOT);
        return lower.contains("exception") && !lower.contains("-with-");
    }

    /** Words between operators are one name together; false if it is none. */
    private static boolean flush(List<String> words, List<String> parts) {
        if (words.isEmpty()) {
            return true;
        }
        var name = name(String.join(" ", words));
        words.clear();
        name.ifPresent(parts::add);
        return name.isPresent();
    }

    private static List<String> tokens(String text) {
        var tokens = new ArrayList<String>();
        var spaced = text.replace("(", " ( ").replace(")", " ) ");
        for (var token : spaced.split("\\s+", MAX_TOKENS)) {
            if (!token.isEmpty()) {
                tokens.add(token);
            }
        }
        return tokens;
    }

    /** Names and operators take turns, and brackets match. */
    private static boolean isSound(List<String> parts) {
        int open = 0;
        boolean wantsName = true;
        boolean wantsException = false;
        for (var part : parts) {
            switch (part) {
                case "(" -> {
                    if (!wantsName || wantsException) {
                        return false;
                    }
                    open++;
                }
                case ")" -> {
                    if (wantsName || --open < 0) {
                        return false;
                    }
                }
                case "AND", "OR", "WITH" -> {
                    if (wantsName) {
                        return false;
                    }
                    wantsName = true;
                    wantsException = part.equals("WITH");
                }
                default -> {
                    if (!wantsName || wantsException != isException(part)) {
                        return false;
                    }
                    wantsName = false;
                    wantsException = false;
                }
            }
        }
        return !wantsName && open == 0;
    }
}
