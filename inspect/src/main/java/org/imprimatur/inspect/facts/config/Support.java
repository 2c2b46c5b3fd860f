package org.imprimatur.inspect.facts.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.OsRelease;
import org.jspecify.annotations.Nullable;

/**
 * How long the vendor mends an operating system: rows of {@code end-of-life.tsv}.
 *
 * @param id of the distribution, as in os-release(5)
 * @param version the beginning of its versions, in whole numbers; just this one after {@code =};
 *     {@code *} for a rolling release
 * @param ends the last day of security updates without a separate contract; null if none is set
 * @param source where it is said
 * @param asOf a day that the source is not older than
 */
public record Support(
        String id, String version, @Nullable LocalDate ends, String source, LocalDate asOf) {

    private static final List<Support> ALL = load();

    /** What is known of a system; null if the table does not have it. */
    public static @Nullable Support of(OsRelease os) {
        Support best = null;
        for (var each : ALL) {
            if (each.covers(os)
                    && (best == null || best.version.length() < each.version.length())) {
                best = each;
            }
        }
        return best;
    }

    private boolean covers(OsRelease os) {
        return id.equals(os.id())
                && (version.equals("*")
                        || version.equals("=" + os.versionId())
                        || os.versionId().equals(version)
                        || os.versionId().startsWith(version + "."));
    }

    /** Every row. */
    static List<Support> all() {
        return ALL;
    }

    private static List<Support> load() {
        try (InputStream in = Support.class.getResourceAsStream("end-of-life.tsv")) {
            if (in == null) {
                throw new AssertionError("end-of-life.tsv is not among the resources");
            }
            return ConfigReader.linesOf(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .stream()
                    .filter(line -> !line.startsWith("#") && !line.isBlank())
                    .map(line -> line.split("\t", -1))
                    .map(
                            field ->
                                    new Support(
                                            field[0],
                                            field[1],
                                            field[2].equals("-") ? null : LocalDate.parse(field[2]),
                                            field[3],
                                            LocalDate.parse(field[4])))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("a resource of the program", e);
        }
    }
}
