package org.imprimatur.inspect;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.imprimatur.disk.BlockDevice;
import org.imprimatur.disk.ContentTree;
import org.imprimatur.disk.DiskImage;
import org.imprimatur.disk.FilePath;
import org.imprimatur.disk.FileTree;
import org.imprimatur.disk.FileType;
import org.imprimatur.disk.FreeSpace;
import org.imprimatur.disk.ImageException;
import org.imprimatur.disk.Inode;
import org.imprimatur.disk.Note;
import org.imprimatur.disk.Unread;
import org.imprimatur.disk.UnsupportedImageException;
import org.imprimatur.disk.VolumeContent;
import org.imprimatur.inspect.advisories.Patches;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.Facts;
import org.imprimatur.inspect.facts.Found;
import org.imprimatur.inspect.facts.GuestFiles;
import org.imprimatur.inspect.facts.ImageShape;
import org.imprimatur.inspect.facts.PrivilegedFile;
import org.imprimatur.inspect.facts.SystemReader;
import org.imprimatur.inspect.facts.config.Place;
import org.imprimatur.inspect.packages.PackageDatabases;
import org.imprimatur.inspect.packages.SoftwareScan;
import org.imprimatur.inspect.rules.RuleCatalogue;
import org.jspecify.annotations.Nullable;

/**
 * Looks at an image: opens it, lists and searches every file of every file system, reads the facts
 * of the installed system, and judges them.
 *
 * <p>Everything that could not be read is in the report; nothing is passed over in silence.
 */
public final class Inspection {

    private static final long LARGE_FILE = 16L << 20;

    private final Path file;
    private final Options options;
    private final ProgressListener listener;
    private final @Nullable FileIndex index;
    private final Map<Stage, Duration> durations = new EnumMap<>(Stage.class);
    private final List<Unread> unread = new ArrayList<>();
    private final List<Note> notes = new ArrayList<>();
    private final Found found = new Found();
    private final Archives archives = new Archives();
    private long entries;
    private long scanned;
    private long scanNanos;

    private Inspection(
            Path file, Options options, ProgressListener listener, @Nullable FileIndex index) {
        this.file = file;
        this.options = options;
        this.listener = listener;
        this.index = index;
    }

    /**
     * Inspects an image file.
     *
     * @throws ImageException if the file is no image that can be opened, or if not one file system
     *     of it can be read
     * @throws IOException if the machine fails, or if the file changed while it was read
     */
    public static Report run(Path file, Options options, ProgressListener listener)
            throws IOException {
        return run(file, options, listener, null);
    }

    /**
     * The same, and says what every file is.
     *
     * @param index an empty one, which is filled; null if nobody asks
     */
    public static Report run(
            Path file, Options options, ProgressListener listener, @Nullable FileIndex index)
            throws IOException {
        try {
            var report = new Inspection(file, options, listener, index).run();
            if (index != null) {
                index.seal();
            }
            return report;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private Report run() throws IOException {
        long start = System.nanoTime();
        try (var image = DiskImage.open(file, options.limits())) {
            took(Stage.OPEN, start);
            var size = Files.size(file);
            var modified = Files.getLastModifiedTime(file);

            var workers = Executors.newFixedThreadPool(options.threads(), Inspection::worker);
            try {
                // The digest of the file is the longest part, so it begins first, beside the rest.
                boolean beside = options.threads() >= 2;
                Work digesting = timed(Stage.FILE_DIGEST, this::sha512);
                var sha512 = beside ? workers.submit(digesting) : null;
                var facts = examine(image, workers);
                var root = timed(Stage.CONTENT_TREE, () -> contentRoot(image, workers)).call();
                var digests =
                        new Report.Digests(
                                result(sha512 == null ? workers.submit(digesting) : sha512), root);
                if (Files.size(file) != size || !Files.getLastModifiedTime(file).equals(modified)) {
                    throw new IOException(
                            "'%s' was changed by another program while it was inspected"
                                    .formatted(file));
                }
                return report(image, size, digests, facts);
            } finally {
                workers.shutdownNow();
            }
        }
    }

    private static Thread worker(Runnable work) {
        return Thread.ofPlatform().name("inspection").daemon().unstarted(work);
    }

    private Report report(DiskImage image, long size, Report.Digests digests, Facts facts) {
        var draft =
                new Report(
                        options.tool(),
                        options.profile().id(),
                        options.profile().digest(),
                        options.at(),
                        new Report.Image(image.format(), size, image.disk().size()),
                        digests,
                        facts,
                        List.of(),
                        unread,
                        notes,
                        durations);
        return new Report(
                draft.tool(),
                draft.profile(),
                draft.profileDigest(),
                draft.at(),
                draft.image(),
                draft.digests(),
                facts,
                RuleCatalogue.judge(options.profile(), facts, draft.unread()),
                draft.unread(),
                draft.notes(),
                draft.durations());
    }

    /** Reads everything that is not a digest. */
    private Facts examine(DiskImage image, ExecutorService workers) throws IOException {
        unread.addAll(image.unread());
        notes.addAll(image.notes());
        notes.addAll(image.outsidePartitions());
        var volumes = volumes(image);
        var root = root(volumes);
        found.image(shape(image));

        long start = System.nanoTime();
        var system = root == null ? null : system(root, volumes);
        // The configuration is read by path, which does not depend on what looking everywhere
        // finds.
        var configuration = system == null ? null : beside(() -> configuration(system), workers);
        var reading = Duration.ofNanos(System.nanoTime() - start);

        start = System.nanoTime();
        for (var volume : volumes) {
            look(volume, system, workers);
        }
        synchronized (durations) {
            durations.put(Stage.LIST, Duration.ofNanos(System.nanoTime() - start - scanNanos));
            durations.put(Stage.SCAN, Duration.ofNanos(scanNanos));
        }
        if (options.scan()) {
            start = System.nanoTime();
            lookIntoFreeSpace(image);
            took(Stage.FREE_SPACE, start);
        } else {
            unread.add(
                    new Unread("content of files", "was not searched for keys, as was asked for"));
        }

        start = System.nanoTime();
        var facts =
                system == null || configuration == null
                        ? noFacts()
                        : facts(system, result(configuration));
        var advisories = options.advisories();
        if (advisories != null) {
            facts =
                    facts.withPatches(
                            Patches.of(facts.os(), facts.allPackages(), advisories, options.at()));
        }
        facts =
                facts.withGeneration(
                        advisories == null
                                ? options.generation()
                                : options.generation().matched(advisories, options.at()));
        synchronized (durations) {
            durations.put(Stage.FACTS, reading.plus(Duration.ofNanos(System.nanoTime() - start)));
        }
        if (archives.nested() > 0) {
            notes.add(
                    new Note(
                            "archives",
                            "hold %d archives, which were not looked into"
                                    .formatted(archives.nested())));
        }
        if (found.overflowed()) {
            unread.add(
                    new Unread(
                            "image",
                            "more files with keys or histories were found than are listed"));
        }
        return facts;
    }

    private ImageShape shape(DiskImage image) throws IOException {
        var name = file.getFileName();
        return new ImageShape(
                options.at(),
                name == null ? "" : name.toString(),
                image.format(),
                Files.size(file),
                image.disk().size(),
                dataBytes(image.disk()),
                (int)
                        image.volumes().stream()
                                .filter(
                                        each ->
                                                each.type()
                                                        .toLowerCase(Locale.ROOT)
                                                        .contains("swap"))
                                .count(),
                image.volumes().stream()
                        .anyMatch(each -> each.type().toLowerCase(Locale.ROOT).contains("lvm")),
                uncleanJournals(image),
                0);
    }

    /**
     * How much of a disk is not known to be zeros; 0 if its map cannot be read, which others tell.
     */
    private static long dataBytes(BlockDevice disk) throws IOException {
        long bytes = 0;
        try {
            long at = disk.nextData(0);
            while (at < disk.size()) {
                long end = disk.nextHole(at);
                bytes += end - at;
                at = disk.nextData(end);
            }
        } catch (ImageException _) {
            return 0;
        }
        return bytes;
    }

    private static List<Place> uncleanJournals(DiskImage image) {
        var places = new ArrayList<Place>();
        for (var volume : image.volumes()) {
            if (volume.content() instanceof VolumeContent.FileSystemContent(var fileSystem)) {
                fileSystem
                        .uncleanJournal()
                        .ifPresent(note -> places.add(new Place(volume.title(), note.text())));
            }
        }
        return places;
    }

    /**
     * The installed system: its files, and what its package databases say, which has to be known
     * before the files of packages are met.
     *
     * @param scan null if the content of files is not looked at
     */
    private record InstalledSystem(
            MountedFiles files,
            ConfigReader reader,
            PackageDatabases databases,
            @Nullable SoftwareScan scan) {}

    private InstalledSystem system(MountedFiles.Mount root, List<GuestVolume> volumes) {
        var files = new MountedFiles(root);
        var reader = new ConfigReader(files);
        files.mountAll(volumes, reader, notes);
        var databases = PackageDatabases.read(reader, options.scan());
        return new InstalledSystem(
                files,
                reader,
                databases,
                options.scan() ? new SoftwareScan(reader, files, databases) : null);
    }

    private static SystemReader configuration(InstalledSystem installed) {
        return new SystemReader(installed.reader, installed.databases);
    }

    /** Begins with work that somebody else may do meanwhile, if there is more than one. */
    private <T> Future<T> beside(Callable<T> work, ExecutorService workers) {
        if (options.threads() >= 2) {
            return workers.submit(work);
        }
        var task = new FutureTask<>(work);
        task.run();
        return task;
    }

    private Facts noFacts() {
        unread.add(
                new Unread(
                        "image",
                        "no installed operating system was found: no /etc/os-release on any"
                                + " file system"));
        found.unsearched().forEach((place, reason) -> unread.add(new Unread(place, reason)));
        return Facts.ofNoSystem(found);
    }

    private Facts facts(InstalledSystem installed, SystemReader system) {
        system.addTo(found);
        var scan = installed.scan;
        var facts = scan == null ? system.facts(found) : system.facts(found, scan);
        if (scan != null) {
            notes.addAll(scan.notes());
        }
        unread.addAll(system.unsearched(found));
        unread.addAll(installed.reader.unread());
        return facts;
    }

    private List<GuestVolume> volumes(DiskImage image) throws IOException {
        var volumes = new ArrayList<GuestVolume>();
        var reasons = new ArrayList<String>();
        for (var volume : image.volumes()) {
            switch (volume.content()) {
                case VolumeContent.FileSystemContent(var fileSystem) -> {
                    volumes.add(new GuestVolume(volume, fileSystem, options.limits(), unread));
                    for (var note : fileSystem.notes()) {
                        notes.add(new Note(volume.title() + " " + note.where(), note.text()));
                    }
                    for (var fault : fileSystem.faults()) {
                        unread.add(
                                new Unread(volume.title() + " " + fault.where(), fault.reason()));
                    }
                }
                case VolumeContent.UnreadContent(String reason) -> {
                    unread.add(new Unread(volume.title(), reason));
                    reasons.add(volume.title() + ": " + reason);
                }
                case VolumeContent.MemberContent(String of) ->
                        notes.add(new Note(volume.title(), of));
                case VolumeContent.EmptyContent(String kind) ->
                        notes.add(new Note(volume.title(), kind));
            }
        }
        if (volumes.isEmpty()) {
            image.unread().forEach(each -> reasons.add(each.toString()));
            throw new UnsupportedImageException(
                    "no file system was found in the image"
                            + (reasons.isEmpty() ? "" : ": " + String.join("; ", reasons)));
        }
        return volumes;
    }

    /**
     * Where the root of the installed system is. Of several it is the one whose own fstab says that
     * its root is where it is, or else the first; the others are not judged. Read-only snapshots of
     * it are no systems of their own.
     */
    private MountedFiles.@Nullable Mount root(List<GuestVolume> volumes) {
        var candidates = new ArrayList<MountedFiles.Mount>();
        int agreeing = -1;
        for (var volume : volumes) {
            for (var base : volume.bases()) {
                var mount = new MountedFiles.Mount(volume, base);
                var files = new MountedFiles(mount);
                var reader = new ConfigReader(files);
                boolean known = reader.kind("/etc/fstab") == GuestFiles.Kind.FILE;
                boolean agreed = known && files.isRootOf(reader);
                if (holdsSystem(reader) || agreed && holdsSystemWhenMounted(files, volumes)) {
                    if (agreeing < 0 && agreed) {
                        agreeing = candidates.size();
                    }
                    candidates.add(mount);
                }
                for (var each : reader.unread()) {
                    unread.add(new Unread(mount.title() + ":" + each.where(), each.reason()));
                }
            }
        }
        if (candidates.isEmpty()) {
            return null;
        }
        var root = candidates.remove(Math.max(0, agreeing));
        for (var other : candidates) {
            if (other.isSnapshotOf(root)) {
                notes.add(
                        new Note(
                                other.title(),
                                "is a read-only snapshot of the system on %s: its files are looked at,"
                                                .formatted(root.title())
                                        + " its configuration is not judged"));
            } else {
                unread.add(
                        new Unread(
                                other.title(),
                                "holds a second operating system beside that of %s; its"
                                                .formatted(root.title())
                                        + " configuration was not judged"));
            }
        }
        return root;
    }

    private static boolean holdsSystem(ConfigReader reader) {
        return reader.kind("/etc/os-release") == GuestFiles.Kind.FILE
                || reader.kind("/usr/lib/os-release") == GuestFiles.Kind.FILE;
    }

    /** With /usr on a volume of its own, /etc/os-release is a link that leads there. */
    private static boolean holdsSystemWhenMounted(MountedFiles files, List<GuestVolume> volumes) {
        files.mountAll(volumes, new ConfigReader(files), new ArrayList<>());
        return holdsSystem(new ConfigReader(files));
    }

    /** Visits every entry of a file system, and searches the content of its files. */
    private void look(GuestVolume volume, @Nullable InstalledSystem system, ExecutorService workers)
            throws IOException {
        var software = system == null ? null : system.scan;
        var places = new Places(volume, system == null ? null : system.files);
        var scan =
                new FileScan(
                        volume.fileSystem(),
                        places,
                        new SharedContent(volume),
                        found,
                        unread,
                        software,
                        index,
                        workers,
                        options.threads(),
                        archives,
                        bytes -> listener.progress(Stage.SCAN, scanned + bytes, 0));
        if (index != null) {
            index.beginVolume();
        }
        FileTree.Visitor visitor =
                (path, inode, first) -> {
                    boolean claimed =
                            software != null
                                    && inode.isRegular()
                                    && owned(software, volume, places, path, inode);
                    visit(volume, places, scan, path, inode, first || claimed);
                };
        var missed = options.scan() ? volume.tree().walk(visitor) : volume.tree().list(visitor);
        for (var each : missed) {
            unread.add(new Unread(places.of(each.where()), each.reason()));
        }
        long start = System.nanoTime();
        scan.flush();
        scanNanos += System.nanoTime() - start;
        scanned += scan.bytes();
    }

    private void visit(
            GuestVolume volume,
            Places places,
            FileScan scan,
            FilePath path,
            Inode inode,
            boolean first)
            throws IOException {
        if ((++entries & 0xfff) == 0) {
            listener.progress(Stage.LIST, entries, 0);
        }
        long indexed = index == null ? -1 : index(index, volume, places, path, inode);
        if (!inode.isRegular() || inode.size() == 0) {
            return;
        }
        var place = places.of(path);
        if (place.startsWith("/")) {
            found.mode(place, inode.mode(), inode.uid());
        }
        found.name(place, inode.size());
        if (Found.isInSshDirectory(place)) {
            try {
                found.sshFile(place, volume.fileSystem().readAll(inode, Found.MAX_SSH_FILE));
            } catch (ImageException e) {
                unread.add(new Unread(place, e.explanation()));
            }
        }
        if (first && options.scan()) {
            scan.add(path, inode, indexed);
        }
    }

    private long index(
            FileIndex index, GuestVolume volume, Places places, FilePath path, Inode inode)
            throws IOException {
        long indexed = index.add(places.name(path), inode);
        if (indexed >= 0 && inode.type() == FileType.SYMLINK) {
            try {
                index.digestOf(indexed, volume.fileSystem().readLink(inode).bytes());
            } catch (ImageException e) {
                unread.add(new Unread(places.of(path), e.explanation()));
            }
        } else if (indexed >= 0
                && (inode.type() == FileType.BLOCK_DEVICE
                        || inode.type() == FileType.CHARACTER_DEVICE)) {
            var device = "%d:%d".formatted(inode.deviceMajor(), inode.deviceMinor());
            index.digestOf(indexed, device.getBytes(StandardCharsets.US_ASCII));
        }
        return indexed;
    }

    /** Whether a package says what the content of this file is. */
    private boolean owned(
            SoftwareScan software, GuestVolume volume, Places places, FilePath path, Inode inode)
            throws IOException {
        var guestPath = places.guestPath(path);
        if (guestPath == null) {
            return false;
        }
        boolean claimed = software.isClaimed(guestPath);
        var place = places.of(path);
        boolean asked = !claimed || PrivilegedFile.doesWhatItIsTold(place);
        if (asked && (inode.mode() & 0111) != 0) {
            capabilities(volume, place, inode);
        }
        software.file(guestPath, place, inode.mode(), inode.size(), stored(volume, inode));
        return claimed;
    }

    private void capabilities(GuestVolume volume, String place, Inode program) throws IOException {
        try {
            var value = volume.fileSystem().attributes(program).get("security.capability");
            if (value != null) {
                found.capabilities(place, program.mode(), value);
            }
        } catch (ImageException e) {
            unread.add(new Unread(place, "extended attributes: " + e.explanation()));
        }
    }

    /** Files that are large by their size alone may hold little but holes, as lastlog(8) does. */
    private static long stored(GuestVolume volume, Inode file) throws IOException {
        if (file.size() < LARGE_FILE) {
            return file.size();
        }
        try {
            return Math.min(file.size(), volume.fileSystem().storedBytes(file));
        } catch (ImageException _) {
            return file.size(); // reading it will tell
        }
    }

    private void lookIntoFreeSpace(DiskImage image) throws IOException {
        for (var space : image.freeSpace()) {
            if (space.kind() != FreeSpace.Kind.DISK || options.unallocated()) {
                try {
                    new FreeSpaceScan(space, found, options.unallocated()).run();
                } catch (ImageException e) {
                    unread.add(new Unread(space.where() + " free space", e.explanation()));
                }
            }
        }
    }

    private String sha512() throws IOException {
        return options.digest() ? FileDigest.sha512(file, listener) : "";
    }

    private String contentRoot(DiskImage image, ExecutorService workers) throws IOException {
        if (!options.digest()) {
            return "";
        }
        long size = image.disk().size();
        var tree =
                ContentTree.of(
                        image.disk(),
                        workers,
                        options.threads(),
                        done -> listener.progress(Stage.CONTENT_TREE, done, size));
        return HexFormat.of().formatHex(tree.root());
    }

    /** A part of the work that may fail as reading fails. */
    @FunctionalInterface
    private interface Work extends Callable<String> {
        @Override
        String call() throws IOException;
    }

    private Work timed(Stage stage, Work work) {
        return () -> {
            long start = System.nanoTime();
            var result = work.call();
            took(stage, start);
            return result;
        };
    }

    private static <T> T result(Future<T> task) throws IOException {
        try {
            return task.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException fault -> throw fault;
                case RuntimeException fault -> throw fault;
                case Error fault -> throw fault;
                case null, default -> throw new AssertionError(e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the inspection was interrupted");
        }
    }

    private void took(Stage stage, long start) {
        synchronized (durations) {
            durations.put(stage, Duration.ofNanos(System.nanoTime() - start));
        }
    }
}
