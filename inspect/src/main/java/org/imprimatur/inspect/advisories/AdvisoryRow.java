package org.imprimatur.inspect.advisories;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * An advisory as one line of a table: kind, target, name, id, aliases, urgency, and three columns
 * for each range, parted by tabs.
 */
final class AdvisoryRow {

    static final Comparator<Advisory> ORDER =
            Comparator.comparing(Advisory::name)
                    .thenComparing(Advisory::id)
                    .thenComparing(Advisory::kind)
                    .thenComparing(Advisory::target);

    private static final int FIXED_COLUMNS = 6;

    private AdvisoryRow() {}

    static String of(Advisory advisory) {
        var columns = new ArrayList<String>();
        columns.add(advisory.kind().name());
        columns.add(advisory.target().name());
        columns.add(clean(advisory.name()));
        columns.add(clean(advisory.id()));
        columns.add(clean(String.join(" ", advisory.aliases())));
        columns.add(advisory.urgency().name());
        for (var range : advisory.ranges()) {
            columns.add(clean(range.introduced()));
            columns.add(clean(range.fixed()));
            columns.add(clean(range.last()));
        }
        return String.join("\t", columns);
    }

    /**
     * @throws IllegalArgumentException when it is no such line
     */
    static Advisory parse(String line, String ecosystem) {
        var columns = line.split("\t", -1);
        if (columns.length < FIXED_COLUMNS || columns.length % 3 != 0) {
            throw new IllegalArgumentException("a line of %d columns".formatted(columns.length));
        }
        var ranges = new ArrayList<VersionRange>();
        for (int i = FIXED_COLUMNS; i < columns.length; i += 3) {
            ranges.add(new VersionRange(columns[i], columns[i + 1], columns[i + 2]));
        }
        return new Advisory(
                Advisory.Kind.valueOf(columns[0]),
                ecosystem,
                Advisory.Target.valueOf(columns[1]),
                columns[2],
                columns[3],
                columns[4].isEmpty() ? List.of() : List.of(columns[4].split(" ")),
                Urgency.valueOf(columns[5]),
                ranges);
    }

    private static String clean(String text) {
        return text.replaceAll("\\p{Cntrl}", " ");
    }
}
