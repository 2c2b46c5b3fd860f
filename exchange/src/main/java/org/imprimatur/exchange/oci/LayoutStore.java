package org.imprimatur.exchange.oci;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import org.imprimatur.exchange.OpenJson;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Sha256;

/**
 * An OCI image layout 1.0 in a directory. A layout may come from anywhere: names of files in it are
 * made from digests alone, and only plain files are read.
 */
public final class LayoutStore implements ArtifactStore {

    private static final String VERSION = "{\"imageLayoutVersion\":\"1.0.0\"}";
    private static final String REF_NAME = "org.opencontainers.image.ref.name";

    private final Path directory;

    private LayoutStore(Path directory) {
        this.directory = directory;
    }

    /**
     * Opens a layout that is there.
     *
     * @throws OciRefusal when the directory is none
     */
    public static LayoutStore open(Path directory) throws IOException {
        var store = new LayoutStore(directory);
        var version = store.read(directory.resolve("oci-layout"));
        try {
            var found =
                    version.isEmpty()
                            ? "none"
                            : OpenJson.text(
                                    OpenJson.read(version.get(), 4096, 64),
                                    "imageLayoutVersion",
                                    64);
            if (!found.equals("1.0.0")) {
                throw notALayout(directory, MalformedInput.quoted(found));
            }
        } catch (MalformedInput e) {
            throw notALayout(directory, e.explanation());
        }
        return store;
    }

    private static OciRefusal notALayout(Path directory, String found) {
        return new OciRefusal(
                OciRefusal.Code.NOT_A_LAYOUT,
                "%s: expected a file oci-layout of version 1.0.0, found %s"
                        .formatted(directory, found));
    }

    /** Opens a layout, or makes one in a directory that is empty or not there. */
    public static LayoutStore openOrCreate(Path directory) throws IOException {
        Files.createDirectories(directory);
        try (var files = Files.list(directory)) {
            if (files.findAny().isEmpty()) {
                Files.createDirectories(directory.resolve("blobs/sha256"));
                Files.writeString(directory.resolve("index.json"), text(OciIndex.EMPTY));
                Files.writeString(directory.resolve("oci-layout"), VERSION);
            }
        }
        return open(directory);
    }

    private static String text(OciIndex index) {
        return new String(index.write(), StandardCharsets.UTF_8);
    }

    /** Of a plain file as many bytes as a manifest may have, and one more. */
    private Optional<byte[]> read(Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        try (var in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.of(in.readNBytes(OciManifest.MAX_BYTES + 1));
        }
    }

    private Path blobFile(Sha256 digest) {
        return directory.resolve("blobs").resolve("sha256").resolve(digest.hex());
    }

    private OciIndex index() throws IOException {
        return read(directory.resolve("index.json")).map(OciIndex::read).orElse(OciIndex.EMPTY);
    }

    @Override
    public Optional<byte[]> manifest(String reference) {
        try {
            if (OciReference.isDigest(reference)) {
                return read(blobFile(OciReference.digest(reference)));
            }
            for (var one : index().manifests()) {
                if (reference.equals(one.annotations().get(REF_NAME))) {
                    return read(blobFile(one.digest()));
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /** A layout does not say who is about whom; every artefact in it may be. */
    @Override
    public OciIndex referrers(Sha256 subject) {
        try {
            return new OciIndex(
                    index().manifests().stream()
                            .filter(one -> !one.artifactType().isEmpty())
                            .toList());
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private static OciRefusal broken(IOException e) {
        return new OciRefusal(
                OciRefusal.Code.REGISTRY_ERROR, "the layout cannot be read: " + e.getMessage());
    }

    @Override
    public Part blob(OciDescriptor blob, long from) throws IOException {
        var file = blobFile(blob.digest());
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new OciRefusal(
                    OciRefusal.Code.NOT_FOUND, "the layout has no blob " + blob.digest());
        }
        InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS);
        try {
            in.skipNBytes(Math.min(from, Files.size(file)));
        } catch (IOException e) {
            in.close();
            throw e;
        }
        return new Part(from, in);
    }

    @Override
    public void pushBlob(OciDescriptor blob, Path file) throws IOException {
        var target = blobFile(blob.digest());
        if (Files.exists(target)) {
            return;
        }
        var part = target.resolveSibling("." + blob.digest().hex() + ".part");
        Files.copy(file, part, StandardCopyOption.REPLACE_EXISTING);
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void pushBlob(byte[] content) throws IOException {
        write(blobFile(Sha256.of(content)), content);
    }

    private static void write(Path target, byte[] content) throws IOException {
        var part = target.resolveSibling("." + target.getFileName() + ".part");
        Files.write(
                part,
                content,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void pushManifest(byte[] manifest, OciDescriptor descriptor) throws IOException {
        pushBlob(manifest);
    }

    @Override
    public void tag(byte[] manifest, OciDescriptor descriptor, String tag) throws IOException {
        var all = new ArrayList<OciDescriptor>();
        for (var one : index().manifests()) {
            // The tag moves; what had it stays as it is, without a name.
            all.add(
                    tag.equals(one.annotations().get(REF_NAME))
                            ? one.withAnnotations(Map.of())
                            : one);
        }
        write(
                directory.resolve("index.json"),
                new OciIndex(all).with(descriptor.withAnnotations(Map.of(REF_NAME, tag))).write());
    }

    @Override
    public void pushReferrer(byte[] manifest, OciDescriptor descriptor, Sha256 subject)
            throws IOException {
        pushBlob(manifest);
        write(directory.resolve("index.json"), index().with(descriptor).write());
    }

    @Override
    public void close() {
        // Nothing is held open.
    }
}
