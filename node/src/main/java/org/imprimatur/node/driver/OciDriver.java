package org.imprimatur.node.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.imprimatur.exchange.oci.ImagePush;
import org.imprimatur.exchange.oci.OciManifest;
import org.imprimatur.exchange.oci.OciReference;
import org.imprimatur.exchange.oci.OciRefusal;
import org.imprimatur.exchange.oci.RegistryStore;
import org.imprimatur.exchange.oci.RegistryStore.Access;
import org.imprimatur.node.fetch.Proxies;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Sha256;

/**
 * A repository of an OCI registry, with the bundle of each image beside it ({@code docs/format.md},
 * "OCI artefacts"). The tag is {@code GUID-VERSION}; it is ours where the manifest that it leads to
 * names the endorsement that was published there. A withdrawn image is deleted with its tag.
 */
public final class OciDriver implements Driver {

    private static final int LARGEST_SECRET = 4096;

    /**
     * Where, and how.
     *
     * @param host host and port of the registry
     * @param repository within it
     * @param plainHttp without TLS
     * @param authorities for TLS beside the JDK's
     * @param user who the site is there; empty for nobody, or whom Docker's configuration says
     * @param password the file with the user's password
     */
    record Settings(
            String name,
            String host,
            String repository,
            boolean plainHttp,
            Optional<Path> authorities,
            Optional<String> user,
            Optional<Path> password) {}

    /** Where bundles of endorsements are had from. */
    public interface Bundles {
        /** The bundle of an image's endorsement. */
        byte[] of(StoredImage image) throws DriverException;
    }

    private final Settings settings;
    private final Bundles bundles;
    private final Proxies proxies;

    OciDriver(Settings settings, Bundles bundles, Proxies proxies) {
        this.settings = settings;
        this.bundles = bundles;
        this.proxies = proxies;
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public String publish(Mark mark, StoredImage image) throws DriverException {
        var tag = tag(image.name(), image.format());
        var endorsement = image.candidate().id();
        try (var store = store(tag)) {
            var there = manifest(store, tag);
            if (there.isPresent() && !there.get().image().equals(image.digest().hex())) {
                throw new DriverException(
                        "the tag %s of %s is taken by another artefact".formatted(tag, where(tag)));
            }
            if (there.isEmpty() || !there.get().endorsement().equals(endorsement.hex())) {
                ImagePush.push(store, tag, image.file(), bundles.of(image), _ -> checkWanted());
            }
            return where(tag).toString();
        } catch (OciRefusal | MalformedInput | CancellationException e) {
            throw new DriverException(String.valueOf(e.getMessage()), e);
        } catch (DriverException e) {
            throw e;
        } catch (IOException e) {
            throw new DriverException("the image cannot be pushed: " + e, e);
        }
    }

    /** The file is digested first; that is broken off when nobody wants it any more. */
    private static void checkWanted() {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException("it is broken off");
        }
    }

    @Override
    public List<Held> held(List<Publication> ours) throws DriverException {
        var held = new ArrayList<Held>();
        for (var one : ours) {
            var tag = tag(one);
            try (var store = store(tag)) {
                manifest(store, tag)
                        .filter(found -> found.isOf(one))
                        .ifPresent(
                                _ ->
                                        held.add(
                                                new Held(
                                                        one.mark(),
                                                        where(tag).toString(),
                                                        Use.OFFERED)));
            } catch (OciRefusal e) {
                throw new DriverException(String.valueOf(e.getMessage()), e);
            }
        }
        return held;
    }

    @Override
    public boolean withdraw(Publication publication) throws DriverException {
        var tag = tag(publication);
        try (var store = store(tag)) {
            var found = manifest(store, tag).filter(there -> there.isOf(publication));
            if (found.isPresent()) {
                store.delete(found.get().digest());
            }
            return true;
        } catch (OciRefusal e) {
            throw new DriverException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public boolean remove(Publication publication) throws DriverException {
        return withdraw(publication);
    }

    @Override
    public void terminate(String instance, String host) throws DriverException {
        throw new DriverException("the registry " + settings.host() + " runs no machines");
    }

    /**
     * What a tag leads to.
     *
     * @param image SHA-512 of the image that it says to be; empty for none
     * @param endorsement the endorsement that it says to be of; empty for none
     */
    private record Found(Sha256 digest, String image, String endorsement) {

        boolean isOf(Publication publication) {
            return image.equals(publication.digest().hex())
                    && endorsement.equals(publication.endorsement().hex());
        }
    }

    private static Optional<Found> manifest(RegistryStore store, String tag) {
        return store.manifest(tag).map(OciDriver::found);
    }

    private static Found found(byte[] bytes) {
        var said = OciManifest.read(bytes).annotations();
        return new Found(
                Sha256.of(bytes),
                said.getOrDefault("org.imprimatur.sha512", ""),
                said.getOrDefault("org.imprimatur.endorsement", ""));
    }

    private RegistryStore store(String tag) throws DriverException {
        return new RegistryStore(
                where(tag),
                new Access(
                        settings.plainHttp(),
                        settings.authorities(),
                        settings.user(),
                        password(),
                        Optional.of(proxies)));
    }

    /** Read each time, so that it can be exchanged. */
    private Optional<String> password() throws DriverException {
        if (settings.password().isEmpty()) {
            return Optional.empty();
        }
        var file = settings.password().get();
        try {
            if (Files.size(file) > LARGEST_SECRET) {
                throw new DriverException(file + " is too long for a password");
            }
            return Optional.of(Files.readString(file).strip());
        } catch (DriverException e) {
            throw e;
        } catch (IOException e) {
            throw new DriverException("the password in %s cannot be read".formatted(file), e);
        }
    }

    private OciReference.Remote where(String tag) {
        return new OciReference.Remote(settings.host(), settings.repository(), tag);
    }

    private static String tag(Publication publication) {
        var name = publication.name().text();
        return tag(publication.name(), name.substring(name.lastIndexOf('.') + 1));
    }

    /** GUID and version; a tag cannot have the {@code +} that a version can. */
    private static String tag(ImageFileName name, String format) {
        var text = name.text();
        return text.substring(0, text.length() - format.length() - 1).replace('+', '_');
    }

    @Override
    public void close() {
        // A store is opened for each operation.
    }
}
