package org.imprimatur.bench;

import java.util.List;

/**
 * What one part has measured.
 *
 * @param rows of the table
 * @param notes what a reader of the rows must know besides, one line each
 */
record Figures(List<Row> rows, List<String> notes) {

    /**
     * A row of the table.
     *
     * @param what is measured
     * @param ours what Imprimatur takes or gives
     * @param beside what the other takes or gives, in the same run
     * @param ratio between the two
     * @param aim what is wanted
     * @param met whether it is so
     * @param load load average over one minute, before and after
     */
    record Row(
            String what,
            String ours,
            String beside,
            String ratio,
            String aim,
            String met,
            String load) {

        static Row skipped(String what, String aim, String why) {
            return new Row(what, "skipped: " + why, "", "", aim, "not measured", "");
        }

        @Override
        public String toString() {
            return "| " + String.join(" | ", what, ours, beside, ratio, aim, met, load) + " |";
        }
    }

    Figures {
        rows = List.copyOf(rows);
        notes = List.copyOf(notes);
    }
}
