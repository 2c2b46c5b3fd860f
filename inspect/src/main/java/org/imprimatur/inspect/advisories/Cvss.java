package org.imprimatur.inspect.advisories;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;

/** Base scores of CVSS 3.0 and 3.1 vectors (first.org, CVSS 3.1 specification, section 7). */
final class Cvss {

    private static final Map<String, Map<String, Double>> WEIGHTS =
            Map.of(
                    "AV", Map.of("N", 0.85, "A", 0.62, "L", 0.55, "P", 0.2),
                    "AC", Map.of("L", 0.77, "H", 0.44),
                    "UI", Map.of("N", 0.85, "R", 0.62),
                    "C", Map.of("H", 0.56, "L", 0.22, "N", 0.0),
                    "I", Map.of("H", 0.56, "L", 0.22, "N", 0.0),
                    "A", Map.of("H", 0.56, "L", 0.22, "N", 0.0));
    private static final int MAX_VECTOR = 256;

    private Cvss() {}

    /** The score; empty for other versions and for what is no such vector. */
    static OptionalDouble baseScore(String vector) {
        if (vector.length() > MAX_VECTOR || !vector.startsWith("CVSS:3.")) {
            return OptionalDouble.empty();
        }
        var metrics = new HashMap<String, String>();
        for (var part : vector.split("/", -1)) {
            int colon = part.indexOf(':');
            if (colon > 0) {
                metrics.put(part.substring(0, colon), part.substring(colon + 1));
            }
        }
        var values = new HashMap<String, Double>();
        for (var entry : WEIGHTS.entrySet()) {
            var weight = entry.getValue().get(metrics.getOrDefault(entry.getKey(), ""));
            if (weight == null) {
                return OptionalDouble.empty();
            }
            values.put(entry.getKey(), weight);
        }
        boolean changed = metrics.getOrDefault("S", "").equals("C");
        var privileges =
                switch (metrics.getOrDefault("PR", "")) {
                    case "N" -> 0.85;
                    case "L" -> changed ? 0.68 : 0.62;
                    case "H" -> changed ? 0.5 : 0.27;
                    default -> -1.0;
                };
        if (privileges < 0 || !changed && !metrics.getOrDefault("S", "").equals("U")) {
            return OptionalDouble.empty();
        }
        double loss =
                1
                        - (1 - values.getOrDefault("C", 0.0))
                                * (1 - values.getOrDefault("I", 0.0))
                                * (1 - values.getOrDefault("A", 0.0));
        double impact =
                changed ? 7.52 * (loss - 0.029) - 3.25 * Math.pow(loss - 0.02, 15) : 6.42 * loss;
        if (impact <= 0) {
            return OptionalDouble.of(0);
        }
        double ease =
                8.22
                        * values.getOrDefault("AV", 0.0)
                        * values.getOrDefault("AC", 0.0)
                        * privileges
                        * values.getOrDefault("UI", 0.0);
        double score = changed ? 1.08 * (impact + ease) : impact + ease;
        return OptionalDouble.of(roundedUp(Math.min(score, 10)));
    }

    /** To one decimal, upwards, free of the errors of binary fractions (appendix A). */
    private static double roundedUp(double score) {
        long hundredThousandths = Math.round(score * 100_000);
        return hundredThousandths % 10_000 == 0
                ? hundredThousandths / 100_000.0
                : (hundredThousandths / 10_000 + 1) / 10.0;
    }
}
