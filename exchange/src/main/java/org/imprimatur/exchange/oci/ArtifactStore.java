package org.imprimatur.exchange.oci;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import org.imprimatur.register.Sha256;

/**
 * One repository of a registry, or one image layout on disk. Nothing that it gives is believed: who
 * asks checks digests and sizes. Every method fails with an {@link OciRefusal}.
 */
public sealed interface ArtifactStore extends AutoCloseable permits RegistryStore, LayoutStore {

    /**
     * The bytes of a manifest or an index, at most {@link OciManifest#MAX_BYTES} and one more;
     * empty where there is none.
     *
     * @param reference a tag, or {@code sha256:} and a digest
     */
    Optional<byte[]> manifest(String reference);

    /** The manifests that say that they are about this one, perhaps with others. */
    OciIndex referrers(Sha256 subject);

    /**
     * The content of a blob. The stream fails rather than waits for ever.
     *
     * @param from how many bytes to leave out; a store may give the whole all the same
     */
    Part blob(OciDescriptor blob, long from) throws IOException;

    /**
     * A blob, or the end of one.
     *
     * @param from how many bytes were left out
     */
    record Part(long from, InputStream content) {}

    /** Stores a blob from a file, which has been digested. */
    void pushBlob(OciDescriptor blob, Path file) throws IOException;

    /** Stores a small blob. */
    void pushBlob(byte[] content) throws IOException;

    /** Stores a manifest under its digest. */
    void pushManifest(byte[] manifest, OciDescriptor descriptor) throws IOException;

    /** Gives a manifest, which is there, a tag. */
    void tag(byte[] manifest, OciDescriptor descriptor, String tag) throws IOException;

    /** Stores a manifest that is about another one, so that {@link #referrers} finds it. */
    void pushReferrer(byte[] manifest, OciDescriptor descriptor, Sha256 subject) throws IOException;

    @Override
    void close();
}
