package org.imprimatur.inspect.versions;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The order of PEP 440; a text that is no such version sorts before all that are, by itself. */
final class PythonOrder {

    private static final int MAX_LENGTH = 256;
    private static final Pattern VERSION =
            Pattern.compile(
                    "v?(?:(?<epoch>[0-9]++)!)?(?<release>[0-9]++(?:\\.[0-9]++)*+)"
                            + "(?:[-_.]?(?<pre>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?<pren>[0-9]*+))?"
                            + "(?:-(?<bare>[0-9]++)|[-_.]?(?<post>post|rev|r)[-_.]?(?<postn>[0-9]*+))?"
                            + "(?:[-_.]?(?<dev>dev)[-_.]?(?<devn>[0-9]*+))?"
                            + "(?:\\+(?<local>[a-z0-9]++(?:[-_.][a-z0-9]++)*+))?");

    private PythonOrder() {}

    static int compare(String one, String other) {
        Matcher left = match(one);
        Matcher right = match(other);
        if (left == null || right == null) {
            return left == null && right == null
                    ? Integer.signum(one.compareTo(other))
                    : Boolean.compare(left != null, right != null);
        }
        int order = Digits.compare(text(left, "epoch"), text(right, "epoch"));
        if (order == 0) {
            order = release(text(left, "release"), text(right, "release"));
        }
        if (order == 0) {
            order = Integer.compare(pre(left), pre(right));
        }
        if (order == 0) {
            order = Digits.compare(text(left, "pren"), text(right, "pren"));
        }
        if (order == 0) {
            order = optional(post(left), post(right), false);
        }
        if (order == 0) {
            order = optional(dev(left), dev(right), true);
        }
        return order != 0 ? order : local(text(left, "local"), text(right, "local"));
    }

    private static @Nullable Matcher match(String version) {
        String text = version.strip().toLowerCase(Locale.ROOT);
        Matcher matcher = VERSION.matcher(text);
        return text.length() <= MAX_LENGTH && matcher.matches() ? matcher : null;
    }

    private static String text(Matcher version, String group) {
        String text = version.group(group);
        return text == null ? "" : text;
    }

    private static int release(String one, String other) {
        List<String> left = List.of(one.split("\\.", -1));
        List<String> right = List.of(other.split("\\.", -1));
        for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
            int order =
                    Digits.compare(
                            i < left.size() ? left.get(i) : "",
                            i < right.size() ? right.get(i) : "");
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    /** A development release of the release itself comes before its pre-releases. */
    private static int pre(Matcher version) {
        return switch (text(version, "pre")) {
            case "a", "alpha" -> 1;
            case "b", "beta" -> 2;
            case "c", "rc", "pre", "preview" -> 3;
            default -> post(version) == null && dev(version) != null ? 0 : 4;
        };
    }

    private static @Nullable String post(Matcher version) {
        String bare = version.group("bare");
        return bare != null || version.group("post") == null ? bare : text(version, "postn");
    }

    private static @Nullable String dev(Matcher version) {
        return version.group("dev") == null ? null : text(version, "devn");
    }

    private static int optional(
            @Nullable String one, @Nullable String other, boolean missingIsNewer) {
        if (one == null || other == null) {
            int order = Boolean.compare(one != null, other != null);
            return missingIsNewer ? -order : order;
        }
        return Digits.compare(one, other);
    }

    private static int local(String one, String other) {
        if (one.isEmpty() || other.isEmpty()) {
            return Boolean.compare(!one.isEmpty(), !other.isEmpty());
        }
        String[] left = one.split("[-_.]", -1);
        String[] right = other.split("[-_.]", -1);
        for (int i = 0; i < Math.min(left.length, right.length); i++) {
            boolean number = Digits.isNumber(left[i]);
            if (number != Digits.isNumber(right[i])) {
                return number ? 1 : -1;
            }
            int order =
                    number
                            ? Digits.compare(left[i], right[i])
                            : Integer.signum(left[i].compareTo(right[i]));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(left.length, right.length);
    }
}
