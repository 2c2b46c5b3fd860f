package org.imprimatur.inspect.versions;

import java.util.ArrayList;
import java.util.List;

/** RubyGems' order: parts of digits and of letters; letters make a pre-release. */
final class GemOrder {

    private GemOrder() {}

    static int compare(String one, String other) {
        List<String> left = parts(one);
        List<String> right = parts(other);
        for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
            String a = i < left.size() ? left.get(i) : "0";
            String b = i < right.size() ? right.get(i) : "0";
            boolean number = Digits.isNumber(a);
            if (number != Digits.isNumber(b)) {
                return number ? 1 : -1;
            }
            int order = number ? Digits.compare(a, b) : Integer.signum(a.compareTo(b));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static List<String> parts(String version) {
        String text = version.strip().replace("-", ".pre.");
        var parts = new ArrayList<String>();
        int at = 0;
        while (at < text.length()) {
            int end = Digits.end(text, at);
            if (end == at) {
                while (end < text.length()
                        && !Digits.is(text.charAt(end))
                        && text.charAt(end) != '.') {
                    end++;
                }
            }
            if (end > at) {
                parts.add(text.substring(at, end));
                at = end;
            } else {
                at++;
            }
        }
        return parts;
    }
}
