package org.imprimatur.inspect.packages;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.imprimatur.disk.ByteSink;
import org.imprimatur.disk.ImageException;
import org.imprimatur.disk.Note;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.GuestFiles;
import org.imprimatur.inspect.facts.Shown;
import org.imprimatur.inspect.facts.UnreadableException;
import org.imprimatur.inspect.packages.ShippedDigest.Algorithm;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the files of a system as they go by in the one pass over all of them: which package each
 * belongs to, whether its content is what the package shipped, and which packages of programming
 * languages it holds. Each {@link Watch} is used by one thread until its end; everything else,
 * their ends too, happens one after the other.
 */
public final class SoftwareScan {

    /** No package ships a file with so many zeros that nobody stored. */
    private static final long MAX_ZEROS = 256L << 20;

    private static final byte[] ZEROS = new byte[1 << 16];
    private static final int MAX_NOTES = 200;
    private static final int MAX_PACKAGES = 200_000;

    /** All paths of files that are listed, in characters. */
    private static final long MAX_LISTED_CHARS = 32L << 20;

    private final ConfigReader reader;
    private final PackageDatabases databases;
    private final OwnedFiles owned;
    private final TreeSet<UnownedFile> unownedFiles = new TreeSet<>();
    private final TreeSet<AlteredFile> alteredFiles = new TreeSet<>();
    private final TreeSet<InstalledPackage> found = new TreeSet<>();
    private final Map<String, List<String>> licences = new TreeMap<>();
    private final List<Note> notes = new ArrayList<>();
    private long listedChars;
    private long weight;
    private long unowned;
    private long unownedBytes;
    private String largest = "";
    private long largestBytes;
    private long altered;

    /**
     * Takes what packages say of their files, and finds where these are: a package may name a file
     * by a directory that is a link, as /bin is since /usr was merged.
     *
     * @param databases read with the files of packages
     */
    public SoftwareScan(ConfigReader reader, GuestFiles files, PackageDatabases databases) {
        this.reader = reader;
        this.databases = databases;
        var claimed = databases.files();
        owned = claimed == null ? new OwnedFiles() : claimed;
        owned.rename(new RealPlaces(files, reader)::of);
    }

    /** Whether a package says what the content of this file is. */
    public boolean isClaimed(String path) {
        return owned.claim(path) != null;
    }

    /**
     * A regular file was seen.
     *
     * @param path as the system sees it, one character for each byte
     * @param place for display
     * @param mode the permission bits
     * @param stored how much of its size is not holes
     */
    public void file(String path, String place, int mode, long size, long stored) {
        var claim = owned.claim(path);
        if (claim == null) {
            if (!databases.installed().isEmpty()) {
                unowned++;
                unownedBytes += stored;
                if (stored > largestBytes) {
                    largest = place;
                    largestBytes = stored;
                }
                listedChars += place.length();
                if (unownedFiles.size() < FileOwnership.MAX_LISTED
                        && listedChars < MAX_LISTED_CHARS) {
                    unownedFiles.add(new UnownedFile(place, Unowned.kind(path, mode)));
                }
            }
        } else if (size == 0 && claim.digest() != null) {
            compare(claim, place, Map.of());
        }
    }

    /** A look at one file's content; null if its content does not matter here. */
    public @Nullable Watch watch(String path, String place, long size) {
        var claim = owned.claim(path);
        var text = TextPackages.kind(path);
        boolean archive = JarPackages.isArchive(path);
        return new Watch(path, place, size, claim, text, archive);
    }

    /** What was found out about files. */
    public FileOwnership ownership() {
        return new FileOwnership(
                true,
                unowned,
                unownedBytes,
                new FileOwnership.Largest(largest, largestBytes),
                List.copyOf(unownedFiles),
                altered,
                List.copyOf(alteredFiles));
    }

    /** The packages of the distribution, with the licences that were met. */
    public List<InstalledPackage> installed() {
        var all = new ArrayList<InstalledPackage>();
        for (var each : databases.installed()) {
            var named = licences.get(each.name());
            all.add(
                    each.kind() == PackageKind.DEBIAN && named != null
                            ? each.withLicences(named)
                            : each);
        }
        return all;
    }

    /** Packages that are not the distribution's: those of languages that were met, and bundles. */
    public List<InstalledPackage> others() {
        var all = new TreeSet<>(found);
        all.addAll(databases.bundles());
        return List.copyOf(all);
    }

    /** Compares with every claim; an empty map stands for empty content. */
    private void compare(Claim claim, String place, Map<Algorithm, MessageDigest> digests) {
        var values = new EnumMap<Algorithm, byte[]>(Algorithm.class);
        boolean any = false;
        for (Claim each = claim; each != null; each = each.next()) {
            var shipped = each.digest();
            if (shipped != null) {
                any = true;
                var value =
                        values.computeIfAbsent(
                                shipped.algorithm(),
                                algorithm -> {
                                    var digest = digests.get(algorithm);
                                    return (digest == null ? digest(algorithm) : digest).digest();
                                });
                if (shipped.is(value)) {
                    return;
                }
            }
        }
        if (any) {
            altered(claim, place);
        }
    }

    private void altered(Claim claim, String place) {
        altered++;
        listedChars += place.length();
        if (alteredFiles.size() < FileOwnership.MAX_LISTED && listedChars < MAX_LISTED_CHARS) {
            boolean configuration = false;
            for (Claim each = claim; each != null; each = each.next()) {
                configuration |= each.configuration();
            }
            alteredFiles.add(new AlteredFile(place, Shown.text(claim.owner()), configuration));
        }
    }

    /** Broken archives and programs, which are no packages. */
    public List<Note> notes() {
        return List.copyOf(notes);
    }

    private void note(String place, String text) {
        if (notes.size() < MAX_NOTES) {
            notes.add(new Note(place, text));
        }
    }

    private void add(InstalledPackage each) throws TooMuchException {
        weight += each.weight();
        if (found.size() >= MAX_PACKAGES || weight > Inventory.MAX_WEIGHT) {
            throw new TooMuchException(
                    "has more packages than the %d that are listed".formatted(MAX_PACKAGES));
        }
        found.add(each);
    }

    private static MessageDigest digest(Algorithm algorithm) {
        try {
            return MessageDigest.getInstance(algorithm.jdkName());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK provides " + algorithm.jdkName(), e);
        }
    }

    /** Takes the content of one file. */
    public final class Watch {
        private final String path;
        private final String place;
        private final long size;
        private final @Nullable Claim claim;
        private final TextPackages.@Nullable Kind kind;
        private final boolean archive;
        private final EnumMap<Algorithm, MessageDigest> digests = new EnumMap<>(Algorithm.class);
        private final @Nullable ByteArrayOutputStream text;
        private @Nullable MessageDigest whole;
        private byte[] head = new byte[0];
        private byte[] tail = new byte[0];
        private boolean isElf;
        private boolean isZip;
        private long next;
        private long zeros;

        private Watch(
                String path,
                String place,
                long size,
                @Nullable Claim claim,
                TextPackages.@Nullable Kind kind,
                boolean archive) {
            this.path = path;
            this.place = place;
            this.size = size;
            this.claim = claim;
            this.kind = kind;
            this.archive = archive;
            for (Claim each = claim; each != null; each = each.next()) {
                if (each.digest() != null) {
                    digests.computeIfAbsent(each.digest().algorithm(), SoftwareScan::digest);
                }
            }
            text =
                    kind != null && size <= TextPackages.MAX_BYTES
                            ? new ByteArrayOutputStream((int) Math.min(size, 1 << 14))
                            : null;
            if (text != null && kind != TextPackages.Kind.COPYRIGHT) {
                whole = digest(Algorithm.SHA256);
            }
        }

        /** Takes the next piece; what lies between two pieces is zeros. */
        public void accept(long offset, byte[] buffer, int from, int length) {
            if (offset == 0) {
                begin(buffer, from, length);
            }
            fill(offset);
            next = offset + length;
            digests.values().forEach(digest -> digest.update(buffer, from, length));
            if (whole != null) {
                whole.update(buffer, from, length);
            }
            if (text != null) {
                text.write(buffer, from, length);
            }
            keep(tail, size - tail.length, offset, buffer, from, length);
            keep(head, 0, offset, buffer, from, length);
        }

        private void begin(byte[] buffer, int from, int length) {
            isElf = ElfPackages.isElf(buffer, from, length);
            isZip = archive && JarPackages.isZip(buffer, from, length);
            if (isElf || isZip) {
                head = new byte[(int) Math.min(size, FileBytes.HEAD)];
                tail = new byte[(int) Math.min(size, FileBytes.TAIL)];
            }
            if (isZip) {
                whole = digest(Algorithm.SHA256);
            }
        }

        private static void keep(
                byte[] part, long partAt, long offset, byte[] buffer, int from, int length) {
            long start = Math.max(offset, partAt);
            long stop = Math.min(offset + length, partAt + part.length);
            if (start < stop) {
                System.arraycopy(
                        buffer,
                        from + (int) (start - offset),
                        part,
                        (int) (start - partAt),
                        (int) (stop - start));
            }
        }

        private void fill(long offset) {
            long gap = offset - next;
            zeros += gap;
            if (gap <= 0 || zeros > MAX_ZEROS) {
                return;
            }
            for (long left = gap; left > 0; left -= ZEROS.length) {
                int count = (int) Math.min(left, ZEROS.length);
                digests.values().forEach(digest -> digest.update(ZEROS, 0, count));
                if (whole != null) {
                    whole.update(ZEROS, 0, count);
                }
                if (text != null) {
                    text.write(ZEROS, 0, count);
                }
            }
        }

        /**
         * The content is at its end. What cannot be understood is recorded as missed.
         *
         * @param again reads the file once more, for what stands in no order
         * @throws IOException if the machine fails
         */
        public void end(Again again) throws IOException {
            fill(size);
            if (claim != null && !digests.isEmpty()) {
                if (zeros > MAX_ZEROS) {
                    altered(claim, place);
                } else {
                    compare(claim, place, digests);
                }
            }
            try {
                packages(again);
            } catch (TooMuchException e) {
                reader.missed(path, e.reason());
            } catch (UnreadableException e) {
                // Who would load it could not read it either: it is no package.
                note(place, e.reason());
            } catch (ImageException e) {
                reader.missed(path, e.explanation());
            }
        }

        private void packages(Again again) throws IOException {
            if (kind == TextPackages.Kind.COPYRIGHT && text != null) {
                var names = TextPackages.copyright(text.toByteArray());
                weight += names.stream().mapToInt(String::length).sum();
                if (weight > Inventory.MAX_WEIGHT) {
                    throw new TooMuchException(
                            "is one of more licence texts than are kept in memory");
                }
                if (!names.isEmpty()) {
                    licences.put(path.substring(15, path.length() - 10), names);
                }
            } else if (kind != null && text != null) {
                var each = TextPackages.parse(kind, text.toByteArray(), place);
                if (each != null) {
                    add(each.inFile(owner(), wholeDigest(again)));
                }
            } else if (isZip || isElf) {
                var bytes = new FileBytes(size, head, tail, again::read);
                var inside = isZip ? JarPackages.in(bytes, place) : ElfPackages.in(bytes, place);
                if (!inside.isEmpty()) {
                    var digest = wholeDigest(again);
                    for (var each : inside) {
                        // what is in an archive in the archive has a digest of its own
                        add(each.inFile(owner(), each.place().equals(place) ? digest : ""));
                    }
                }
            }
        }

        private String owner() {
            return claim == null ? "" : Shown.text(claim.owner());
        }

        private String wholeDigest(Again again) throws IOException {
            var digest = whole;
            if (digest == null) {
                if (zeros > 0) {
                    return "";
                }
                digest = digest(Algorithm.SHA256);
                again.read(new Digesting(digest)::accept);
            }
            return HexFormat.of().formatHex(digest.digest());
        }
    }

    private record Digesting(MessageDigest digest) {
        void accept(long offset, byte[] buffer, int from, int length) {
            digest.update(buffer, from, length);
        }
    }

    /** Reads a file once more. */
    @FunctionalInterface
    public interface Again {
        /** Gives the whole content to the sink, without its holes. */
        void read(ByteSink sink) throws IOException;
    }

    /** Where paths lead when the directories in them are links. */
    private static final class RealPlaces {
        private static final int MAX_LINKS = 40;

        private final GuestFiles files;
        private final ConfigReader reader;
        private final Map<String, String> known = new HashMap<>();

        RealPlaces(GuestFiles files, ConfigReader reader) {
            this.files = files;
            this.reader = reader;
            known.put("", "");
        }

        String of(String path) {
            int slash = path.lastIndexOf('/');
            return slash <= 0
                    ? path
                    : directory(path.substring(0, slash), 0) + path.substring(slash);
        }

        /** Without the slash at its end. */
        private String directory(String path, int links) {
            var before = known.get(path);
            if (before != null) {
                return before;
            }
            int slash = path.lastIndexOf('/');
            if (slash < 0 || links > MAX_LINKS) {
                return path;
            }
            var parent = directory(path.substring(0, slash), links + 1);
            var real = parent + path.substring(slash);
            try {
                var target = files.link(real);
                if (target != null) {
                    real = directory(joined(parent, target), links + 1);
                }
            } catch (UnreadableException e) {
                reader.missed(real, e.reason());
            }
            known.put(path, real);
            return real;
        }

        /** A link's target from the directory that the link is in, without dots. */
        private static String joined(String parent, String target) {
            var parts = new ArrayList<String>();
            var whole = target.startsWith("/") ? target : parent + "/" + target;
            for (var part : whole.split("/", -1)) {
                if (part.equals("..")) {
                    if (!parts.isEmpty()) {
                        parts.removeLast();
                    }
                } else if (!part.isEmpty() && !part.equals(".")) {
                    parts.add(part);
                }
            }
            return parts.isEmpty() ? "" : "/" + String.join("/", parts);
        }
    }
}
