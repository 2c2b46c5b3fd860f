package org.imprimatur.exchange.oci;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.imprimatur.exchange.Bundle;
import org.imprimatur.exchange.BundleVerifier;
import org.imprimatur.exchange.BundleVerifier.Outcome;
import org.imprimatur.exchange.oci.OciRefusal.Code;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Sha256;

/**
 * Fetches an image from a repository ({@code docs/format.md}, "OCI artefacts"). Its bundle is
 * verified first, then the file as it comes; only a file that is the endorsed one gets its name.
 */
public final class ImagePull {

    private static final int MAX_REFERRERS = 64;
    private static final int MAX_TRIED = 16;
    private static final int MAX_NAME = 255;

    private final ArtifactStore store;
    private final BundleVerifier verifier;
    private final Instant at;

    /**
     * Pulls from a store.
     *
     * @param at the moment at which the endorsement must count
     */
    public ImagePull(ArtifactStore store, BundleVerifier verifier, Instant at) {
        this.store = store;
        this.verifier = verifier;
        this.at = at;
    }

    /** A bundle that verified; whether it is of the file shows only with the file. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Candidate(byte[] bytes, Outcome.Verified verified) {

        String fileName() {
            return verified.endorsement().statement().fileName();
        }
    }

    /** An image whose bundle was verified, and whose file was not looked at. */
    public static final class Found {

        private final Sha256 manifest;
        private final OciDescriptor disk;
        private final List<Candidate> candidates;

        private Found(Sha256 manifest, OciDescriptor disk, List<Candidate> candidates) {
            this.manifest = manifest;
            this.disk = disk;
            this.candidates = candidates;
        }

        /** How large the file is, in bytes. */
        public long size() {
            return disk.size();
        }
    }

    /**
     * An image of which everything was verified.
     *
     * @param manifest digest of its manifest
     * @param outcome of the bundle
     * @param file where it stands now
     */
    public record Pulled(
            Sha256 manifest, Outcome.Verified outcome, FileDigests digests, Path file) {}

    /**
     * Finds an image and verifies its bundle.
     *
     * @param reference a tag, or {@code sha256:} and the digest of the manifest
     * @throws OciRefusal when there is none that can be accepted
     */
    public Found find(String reference) throws IOException {
        byte[] bytes = manifest(reference);
        var digest = Sha256.of(bytes);
        var disk = disk(OciManifest.read(bytes));
        return new Found(digest, disk, candidates(digest, disk));
    }

    /**
     * The layer that is the disk of an image whose bundle nobody asks for: who reads it knows by
     * other means what it must be.
     *
     * @param reference a tag, or {@code sha256:} and the digest of the manifest
     * @throws OciRefusal when there is no such image
     */
    public static OciDescriptor disk(ArtifactStore store, String reference) {
        return disk(OciManifest.read(manifest(store, reference)));
    }

    private byte[] manifest(String reference) {
        return manifest(store, reference);
    }

    private static byte[] manifest(ArtifactStore store, String reference) {
        byte[] bytes =
                store.manifest(reference)
                        .orElseThrow(
                                () ->
                                        new OciRefusal(
                                                Code.NOT_FOUND,
                                                "there is no manifest "
                                                        + MalformedInput.quoted(reference)));
        if (bytes.length > OciManifest.MAX_BYTES) {
            throw new OciRefusal(
                    Code.MANIFEST_TOO_LARGE,
                    "expected at most %d bytes, found more".formatted(OciManifest.MAX_BYTES));
        }
        if (OciReference.isDigest(reference)) {
            same("the manifest", OciReference.digest(reference), Sha256.of(bytes));
        }
        return bytes;
    }

    private static void same(String what, Sha256 expected, Sha256 found) {
        if (!expected.equals(found)) {
            throw new OciRefusal(
                    Code.DIGEST_MISMATCH,
                    "%s: expected sha256:%s, found sha256:%s"
                            .formatted(what, expected.hex(), found.hex()));
        }
    }

    /** The one layer that is a disk. */
    static OciDescriptor disk(OciManifest manifest) {
        for (var layer : manifest.layers()) {
            safeTitle(layer.annotations());
        }
        if (manifest.layers().size() != 1) {
            throw new OciRefusal(
                    Code.NOT_ONE_DISK,
                    "expected one layer, the disk, found %d".formatted(manifest.layers().size()));
        }
        var disk = manifest.layers().getFirst();
        if (!DiskTypes.ALL.contains(disk.mediaType())) {
            throw new OciRefusal(
                    Code.WRONG_MEDIA_TYPE,
                    "expected a layer that is a disk, such as %s, found %s"
                            .formatted(
                                    DiskTypes.of("qcow2"),
                                    MalformedInput.quoted(disk.mediaType())));
        }
        return disk;
    }

    /** Titles are never used as names of files; who writes such ones hopes that somebody does. */
    private static void safeTitle(Map<String, String> annotations) {
        var title = annotations.get(ImagePush.TITLE);
        if (title != null && !safe(title)) {
            throw new OciRefusal(
                    Code.UNSAFE_TITLE,
                    "expected the name of a file, found " + MalformedInput.quoted(title));
        }
    }

    private static boolean safe(String name) {
        return !name.isBlank()
                && name.length() <= MAX_NAME
                && !name.equals(".")
                && !name.equals("..")
                && name.chars().noneMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c));
    }

    private List<Candidate> candidates(Sha256 image, OciDescriptor disk) throws IOException {
        var referrers =
                store.referrers(image).manifests().stream()
                        .filter(one -> one.artifactType().equals(Bundle.MEDIA_TYPE))
                        .toList();
        if (referrers.size() > MAX_REFERRERS) {
            throw new OciRefusal(
                    Code.TOO_MANY_REFERRERS,
                    "expected at most %d bundles, found %d"
                            .formatted(MAX_REFERRERS, referrers.size()));
        }
        var candidates = new ArrayList<Candidate>();
        OciRefusal first = null;
        int tried = 0;
        for (var referrer : referrers.reversed()) {
            try {
                candidates.add(candidate(referrer, image, disk));
            } catch (OciRefusal e) {
                if (e.code().kind() == OciRefusal.Kind.UNREACHABLE) {
                    throw e;
                }
                // In a layout, the bundles of other images are no bundles of this one.
                first = first == null && e.code() != Code.OTHER_SUBJECT ? e : first;
                if (e.code() != Code.OTHER_SUBJECT && ++tried == MAX_TRIED) {
                    break;
                }
            }
        }
        if (candidates.isEmpty()) {
            throw first != null
                    ? first
                    : new OciRefusal(
                            Code.NO_BUNDLE,
                            "expected a bundle that refers to sha256:%s, found none"
                                    .formatted(image.hex()));
        }
        return candidates;
    }

    private Candidate candidate(OciDescriptor referrer, Sha256 image, OciDescriptor disk)
            throws IOException {
        var manifest = OciManifest.read(manifest(referrer.text()));
        if (manifest.subject().isEmpty() || !manifest.subject().get().digest().equals(image)) {
            throw new OciRefusal(
                    Code.OTHER_SUBJECT,
                    "the bundle %s does not refer to this image".formatted(referrer.text()));
        }
        if (manifest.layers().size() != 1
                || !manifest.layers().getFirst().mediaType().equals(Bundle.MEDIA_TYPE)) {
            throw new OciRefusal(
                    Code.WRONG_MEDIA_TYPE,
                    "expected one layer of the type " + Bundle.MEDIA_TYPE + ", found others");
        }
        byte[] bytes = small(manifest.layers().getFirst());
        Bundle bundle;
        try {
            bundle = Bundle.read(bytes);
        } catch (MalformedInput e) {
            throw new OciRefusal(Code.MALFORMED_BUNDLE, e.explanation());
        }
        return switch (verifier.verify(bundle)) {
            case Outcome.Refused refused ->
                    throw new OciRefusal(
                            Code.BUNDLE_REFUSED,
                            refused.broken().what() + ": " + refused.broken().found());
            case Outcome.Verified verified -> judged(new Candidate(bytes, verified), disk);
        };
    }

    private Candidate judged(Candidate candidate, OciDescriptor disk) {
        var entry = candidate.verified().endorsement();
        if (at.isBefore(entry.admittedAt())
                || !candidate.verified().register().counts(entry.id(), at)) {
            throw new OciRefusal(
                    Code.NOT_IN_FORCE, "the endorsement does not count at %s".formatted(at));
        }
        if (entry.statement().disk().fileBytes() != disk.size()) {
            throw new OciRefusal(
                    Code.SIZE_MISMATCH,
                    "expected %d bytes, as endorsed, found a layer of %d"
                            .formatted(entry.statement().disk().fileBytes(), disk.size()));
        }
        if (!safe(candidate.fileName())) {
            throw new OciRefusal(
                    Code.UNSAFE_TITLE,
                    "expected the name of a file, found "
                            + MalformedInput.quoted(candidate.fileName()));
        }
        return candidate;
    }

    private byte[] small(OciDescriptor blob) throws IOException {
        if (blob.size() > Bundle.MAX_BYTES) {
            throw new OciRefusal(
                    Code.SIZE_MISMATCH,
                    "expected a bundle of at most %d bytes, found one of %d"
                            .formatted(Bundle.MAX_BYTES, blob.size()));
        }
        try (var in = store.blob(blob, 0).content()) {
            byte[] bytes = in.readNBytes((int) blob.size() + 1);
            if (bytes.length != blob.size()) {
                throw size(blob, bytes.length);
            }
            same("the bundle", blob.digest(), Sha256.of(bytes));
            return bytes;
        }
    }

    private static OciRefusal size(OciDescriptor blob, long found) {
        return new OciRefusal(
                Code.SIZE_MISMATCH,
                "expected %d bytes, found %s"
                        .formatted(blob.size(), found > blob.size() ? "more" : found));
    }

    /** Reads the whole file and keeps nothing of it. */
    public Pulled verify(Found found, LongConsumer progress) throws IOException {
        var running = new FileDigests.Running(progress);
        var part = store.blob(found.disk, 0);
        try (var in = part.content()) {
            copy(in, running, found.disk, null);
        }
        var digests = ended(running, found.disk);
        return new Pulled(found.manifest, chosen(found, digests).verified(), digests, Path.of(""));
    }

    /**
     * Fetches the file into a directory, going on where an earlier attempt ended. Its bundle stands
     * beside it.
     *
     * @throws FileAlreadyExistsException when a file of that name is there
     */
    public Pulled fetch(Found found, Path directory, LongConsumer progress) throws IOException {
        for (var candidate : found.candidates) {
            absent(directory.resolve(candidate.fileName()));
        }
        var part = directory.resolve(".sha256-" + found.disk.digest().hex() + ".part");
        try (var channel =
                FileChannel.open(
                        part,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS)) {
            if (!locked(channel)) {
                throw new java.nio.file.FileSystemException(
                        part.toString(), null, "another command is fetching it");
            }
            var digests = download(found.disk, channel, part, progress);
            var candidate = discarding(part, () -> chosen(found, digests));
            channel.force(true);
            var file = directory.resolve(candidate.fileName());
            publish(part, file, candidate.bytes());
            return new Pulled(found.manifest, candidate.verified(), digests, file);
        }
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            // Another thread of this process is at it.
            return false;
        }
    }

    private FileDigests download(
            OciDescriptor disk, FileChannel channel, Path part, LongConsumer progress)
            throws IOException {
        var running = new FileDigests.Running(progress);
        long there = channel.size();
        if (there > disk.size()) {
            channel.truncate(0);
            there = 0;
        }
        // What an earlier attempt has left is digested again, since nobody vouches for it.
        channel.position(0);
        running.all(Channels.newInputStream(channel));
        if (there < disk.size()) {
            var rest = store.blob(disk, there);
            try (var in = rest.content()) {
                if (rest.from() == 0 && there > 0) {
                    channel.truncate(0);
                    running = new FileDigests.Running(progress);
                }
                channel.position(rest.from());
                copy(in, running, disk, channel);
            }
        }
        var whole = running;
        return discarding(part, () -> ended(whole, disk));
    }

    private static void copy(
            InputStream in,
            FileDigests.Running running,
            OciDescriptor disk,
            @org.jspecify.annotations.Nullable FileChannel to)
            throws IOException {
        var buffer = new byte[1 << 18];
        for (int read = next(in, buffer, running); read >= 0; read = next(in, buffer, running)) {
            if (running.size() + read > disk.size()) {
                throw size(disk, disk.size() + 1);
            }
            if (to != null) {
                var bytes = ByteBuffer.wrap(buffer, 0, read);
                while (bytes.hasRemaining()) {
                    to.write(bytes);
                }
            }
            running.update(buffer, read);
        }
        if (running.size() < disk.size()) {
            // What came is kept: the next attempt goes on from there.
            throw size(disk, running.size());
        }
    }

    private static int next(InputStream in, byte[] buffer, FileDigests.Running running) {
        try {
            return in.read(buffer);
        } catch (IOException e) {
            throw new OciRefusal(
                    Code.UNREACHABLE,
                    "broken off after %d bytes; run it again, and it goes on from there"
                            .formatted(running.size()));
        }
    }

    private static FileDigests ended(FileDigests.Running running, OciDescriptor disk) {
        var digests = running.digests();
        same("the file", disk.digest(), digests.sha256());
        return digests;
    }

    private static Candidate chosen(Found found, FileDigests digests) {
        for (var candidate : found.candidates) {
            if (candidate.verified().endorsement().statement().image().equals(digests.sha512())) {
                return candidate;
            }
        }
        throw new OciRefusal(
                Code.ANOTHER_IMAGE,
                "expected %s, which is endorsed, found %s"
                        .formatted(
                                found.candidates
                                        .getFirst()
                                        .verified()
                                        .endorsement()
                                        .statement()
                                        .image(),
                                digests.sha512()));
    }

    /** Bytes that are known to be wrong must not be gone on from. */
    private static <T> T discarding(Path part, java.util.function.Supplier<T> check)
            throws IOException {
        try {
            return check.get();
        } catch (OciRefusal e) {
            Files.deleteIfExists(part);
            throw e;
        }
    }

    private static void absent(Path file) throws IOException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(file.toString());
        }
    }

    /**
     * Gives the file its name, in one step, and never in place of another one: where the bundle
     * beside it can be made, nobody else is at it.
     */
    private static void publish(Path part, Path file, byte[] bundle) throws IOException {
        var beside = file.resolveSibling(file.getFileName() + ".bundle.json");
        Files.write(beside, bundle, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try {
            Files.move(part, file);
        } catch (IOException e) {
            Files.deleteIfExists(beside);
            throw e;
        }
    }
}
