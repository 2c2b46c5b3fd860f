package org.imprimatur.exchange.oci;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.imprimatur.exchange.Bundle;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Statement;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.StatementJson;
import org.imprimatur.trust.Envelope;

/**
 * Brings an image and its bundle into a repository ({@code docs/format.md}, "OCI artefacts"). The
 * tag is given last: whoever sees it finds all that belongs to it.
 */
public final class ImagePush {

    static final String TITLE = "org.opencontainers.image.title";
    static final String CREATED = "org.opencontainers.image.created";

    /** What the tool oras writes where nobody says what an artefact is, and so EGI's catalogue. */
    private static final String UNKNOWN_TYPE = "application/vnd.unknown.artifact.v1";

    private static final Map<String, String> GLANCE_ARCHITECTURES =
            Map.of("amd64", "x86_64", "arm64", "aarch64", "i386", "i686", "ppc64el", "ppc64le");

    private ImagePush() {}

    /**
     * What was pushed.
     *
     * @param image digest of the image's manifest
     * @param bundle digest of the manifest of its bundle
     */
    public record Pushed(Sha256 image, Sha256 bundle) {}

    /**
     * Pushes.
     *
     * @param bundleBytes the bundle; it is read, and not verified
     * @param progress hears how many bytes of the file were digested
     * @throws OciRefusal {@code another-image}, when the file is not the one that is endorsed
     * @throws MalformedInput when the bundle is none
     */
    public static Pushed push(
            ArtifactStore store, String tag, Path file, byte[] bundleBytes, LongConsumer progress)
            throws IOException {
        var entry = Bundle.read(bundleBytes).entry().entry();
        var envelope = Envelope.parse(entry.envelope());
        if (!(StatementJson.parse(envelope.payload())
                instanceof Statement.Endorsement endorsement)) {
            throw new MalformedInput("entry", "an endorsement", "another statement");
        }
        var digests = FileDigests.of(file, progress);
        if (!digests.sha512().equals(endorsement.image())) {
            throw new OciRefusal(
                    OciRefusal.Code.ANOTHER_IMAGE,
                    "%s: expected %s, which is endorsed, found %s"
                            .formatted(file, endorsement.image(), digests.sha512()));
        }
        var disk =
                new OciDescriptor(
                        DiskTypes.of(endorsement.disk().format()),
                        digests.sha256(),
                        digests.size(),
                        "",
                        layerAnnotations(endorsement));
        var image =
                new OciManifest(
                        UNKNOWN_TYPE,
                        OciManifest.EMPTY_CONFIG,
                        List.of(disk),
                        Optional.empty(),
                        Map.of(
                                TITLE,
                                endorsement.title(),
                                CREATED,
                                endorsement.generatedAt().toString(),
                                "org.opencontainers.image.version",
                                endorsement.version().text(),
                                "org.imprimatur.sha512",
                                endorsement.image().hex(),
                                "org.imprimatur.endorsement",
                                StatementId.of(envelope.payload()).hex()));
        byte[] manifest = image.write();
        var subject =
                OciDescriptor.of(OciManifest.MEDIA_TYPE, manifest).withArtifactType(UNKNOWN_TYPE);

        store.pushBlob(OciManifest.EMPTY);
        store.pushBlob(disk, file);
        store.pushManifest(manifest, subject);
        var bundle =
                attach(
                        store,
                        subject,
                        Bundle.MEDIA_TYPE,
                        bundleBytes,
                        Map.of(TITLE, endorsement.fileName() + ".bundle.json"),
                        Map.of(CREATED, entry.admittedAt().toString()));
        attach(
                store,
                subject,
                Envelope.STATEMENT_TYPE,
                entry.envelope(),
                Map.of(TITLE, endorsement.fileName() + ".dsse.json"),
                Map.of(
                        CREATED,
                        entry.admittedAt().toString(),
                        "in-toto.io/predicate-type",
                        "https://imprimatur.org/statement/endorsement/v1"));
        store.tag(manifest, subject, tag);
        return new Pushed(subject.digest(), bundle);
    }

    private static Sha256 attach(
            ArtifactStore store,
            OciDescriptor subject,
            String type,
            byte[] content,
            Map<String, String> layerAnnotations,
            Map<String, String> annotations)
            throws IOException {
        store.pushBlob(content);
        var layer = OciDescriptor.of(type, content).withAnnotations(layerAnnotations);
        byte[] manifest =
                new OciManifest(
                                type,
                                OciManifest.EMPTY_CONFIG,
                                List.of(layer),
                                Optional.of(
                                        new OciDescriptor(
                                                subject.mediaType(),
                                                subject.digest(),
                                                subject.size(),
                                                "",
                                                Map.of())),
                                annotations)
                        .write();
        var descriptor =
                OciDescriptor.of(OciManifest.MEDIA_TYPE, manifest)
                        .withArtifactType(type)
                        .withAnnotations(annotations);
        store.pushReferrer(manifest, descriptor, subject.digest());
        return descriptor.digest();
    }

    /** As EGI's catalogue has them, as far as an endorsement says so. */
    private static Map<String, String> layerAnnotations(Statement.Endorsement endorsement) {
        var annotations = new TreeMap<String, String>();
        annotations.put(TITLE, endorsement.fileName());
        annotations.put("eu.egi.cloud.tag", endorsement.version().text());
        annotations.put("eu.egi.cloud.description", endorsement.title());
        var glance = "org.openstack.glance.";
        annotations.put(glance + "disk_format", endorsement.disk().format());
        annotations.put(
                glance + "container_format",
                endorsement.disk().format().equals("ova") ? "ova" : "bare");
        var system = endorsement.system();
        annotations.put(
                glance + "os_distro", system.name().split(" ", 2)[0].toLowerCase(Locale.ROOT));
        if (!system.version().isEmpty()) {
            annotations.put(glance + "os_version", system.version());
        }
        if (!system.architecture().isEmpty()) {
            annotations.put(
                    glance + "architecture",
                    GLANCE_ARCHITECTURES.getOrDefault(
                            system.architecture(), system.architecture()));
        }
        return annotations;
    }
}
