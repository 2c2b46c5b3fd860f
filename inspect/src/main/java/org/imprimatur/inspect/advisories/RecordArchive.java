package org.imprimatur.inspect.advisories;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** One JSON document, or the many of a zip or tar file. */
final class RecordArchive {

    private static final int MAX_RECORDS = 2_000_000;
    private static final int HEAD = 512;

    /** Takes one document. */
    interface Taker {

        void take(InputStream document, String name) throws IOException;
    }

    private RecordArchive() {}

    static void read(InputStream in, Taker taker) throws IOException {
        var buffered = new BufferedInputStream(in, 1 << 16);
        buffered.mark(HEAD);
        byte[] head = buffered.readNBytes(HEAD);
        buffered.reset();
        if (head.length >= 4 && head[0] == 'P' && head[1] == 'K') {
            zip(buffered, taker);
        } else if (head.length >= 262 && head[257] == 'u' && head[258] == 's' && head[259] == 't') {
            tar(buffered, taker);
        } else {
            taker.take(buffered, "the document");
        }
    }

    private static void zip(InputStream in, Taker taker) throws IOException {
        try (var zip = new ZipInputStream(in)) {
            int count = 0;
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                count = counted(count);
                if (!entry.isDirectory() && isJson(entry.getName())) {
                    taker.take(zip, entry.getName());
                }
            }
            notEmpty(count);
        } catch (java.util.zip.ZipException e) {
            throw new MalformedFeed("the zip file is damaged: " + e.getMessage(), e);
        }
    }

    private static void tar(InputStream in, Taker taker) throws IOException {
        try (var tar = new TarArchiveInputStream(in)) {
            int count = 0;
            for (TarArchiveEntry entry = tar.getNextEntry();
                    entry != null;
                    entry = tar.getNextEntry()) {
                count = counted(count);
                if (entry.isFile() && isJson(entry.getName())) {
                    taker.take(tar, entry.getName());
                }
            }
            notEmpty(count);
        }
    }

    private static int counted(int count) throws MalformedFeed {
        if (count >= MAX_RECORDS) {
            throw new MalformedFeed("more than %d records".formatted(MAX_RECORDS));
        }
        return count + 1;
    }

    /** Damage at the beginning reads as an archive of nothing. */
    private static void notEmpty(int count) throws MalformedFeed {
        if (count == 0) {
            throw new MalformedFeed("the archive is empty or damaged");
        }
    }

    private static boolean isJson(String name) {
        return name.toLowerCase(Locale.ROOT).endsWith(".json");
    }
}
