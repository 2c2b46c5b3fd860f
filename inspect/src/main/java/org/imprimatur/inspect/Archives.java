package org.imprimatur.inspect;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.imprimatur.disk.FileSystem;
import org.imprimatur.disk.ImageException;
import org.imprimatur.disk.Inode;
import org.imprimatur.inspect.facts.Found;
import org.imprimatur.inspect.secrets.ArchiveKind;
import org.imprimatur.inspect.secrets.ArchiveSearch;
import org.imprimatur.inspect.secrets.Sighting;

/** Looks into the archives of an image, within what all of them together may ask for. */
final class Archives {

    /** Up to this size an archive is read at once. */
    private static final int SMALL = 4 << 20;

    /** What comes out of all archives together. */
    private static final long MAX_BYTES = 128L << 30;

    private final AtomicLong searched = new AtomicLong();
    private final AtomicLong nested = new AtomicLong();

    /** Searches the members of one archive. May be called by several threads at once. */
    ArchiveSearch.Outcome look(
            ArchiveSearch archive,
            ArchiveKind kind,
            String place,
            FileSystem fileSystem,
            Inode file)
            throws IOException {
        if (searched.get() > MAX_BYTES) {
            return ArchiveSearch.Outcome.unread(
                    "comes after %d bytes in archives".formatted(MAX_BYTES));
        }
        if (kind.isClosed()) {
            return ArchiveSearch.Outcome.closed(kind);
        }
        ArchiveSearch.Outcome outcome;
        if (file.size() <= SMALL) {
            try {
                var content = new ByteArrayInputStream(fileSystem.readAll(file, SMALL));
                outcome = archive.run(kind, place, content);
            } catch (ImageException e) {
                outcome = ArchiveSearch.Outcome.unread(e.explanation());
            }
        } else {
            var content = new PieceStream(fileSystem, file);
            try {
                outcome = archive.run(kind, place, content);
            } finally {
                content.close();
            }
            var fault = content.fault();
            if (fault != null && !(fault instanceof ImageException)) {
                throw fault;
            }
        }
        searched.addAndGet(outcome.bytes());
        nested.addAndGet(outcome.nested());
        return outcome;
    }

    /** Takes over what was found in an archive and in the file that it is. */
    void take(String place, List<Sighting> seen, ArchiveSearch.Outcome outcome, Found found) {
        var names = new HashSet<String>();
        for (var member : outcome.members()) {
            found.sightings(place, member.name(), member.seen());
            member.seen().forEach(each -> names.add(each.name()));
        }
        // What stands in the open in an archive is seen twice; the member says more.
        found.sightings(
                place, "", seen.stream().filter(each -> !names.contains(each.name())).toList());
        if (!outcome.fault().isEmpty()) {
            found.unsearched(place, outcome.fault());
        }
        if (!outcome.closed().isEmpty()) {
            found.closed(place, outcome.closed());
        }
    }

    /** How many archives in archives were seen, and not looked into. */
    long nested() {
        return nested.get();
    }
}
