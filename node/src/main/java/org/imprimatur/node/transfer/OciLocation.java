package org.imprimatur.node.transfer;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.imprimatur.exchange.oci.ImagePull;
import org.imprimatur.exchange.oci.OciReference;
import org.imprimatur.exchange.oci.OciRefusal;
import org.imprimatur.exchange.oci.RegistryStore;
import org.imprimatur.node.fetch.FetchFailed;
import org.imprimatur.node.fetch.Proxies;

/** The one layer, a disk, of an image in an OCI registry. */
final class OciLocation implements Location {

    private final String name;
    private final OciReference.Remote where;
    private final boolean plainHttp;
    private final Proxies proxies;
    private final long bytes;

    OciLocation(
            String name,
            OciReference.Remote where,
            boolean plainHttp,
            Proxies proxies,
            long bytes) {
        this.name = name;
        this.where = where;
        this.plainHttp = plainHttp;
        this.proxies = proxies;
        this.bytes = bytes;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String host() {
        return where.host();
    }

    /** Registries give the end of a blob, of which the beginning can be chosen. */
    @Override
    public boolean inPieces() {
        return false;
    }

    @Override
    public Opened open(long from, long to) throws IOException {
        try {
            var store =
                    new RegistryStore(
                            where,
                            new RegistryStore.Access(
                                    plainHttp,
                                    Optional.empty(),
                                    Optional.empty(),
                                    Optional.empty(),
                                    Optional.of(proxies)));
            var disk = ImagePull.disk(store, where.reference());
            if (disk.size() != bytes) {
                throw HttpLocation.wrongLength(name, disk.size(), bytes);
            }
            var part = store.blob(disk, from);
            return new Opened(part.from(), part.from() == from ? to : bytes, read(part.content()));
        } catch (OciRefusal e) {
            throw failed(e);
        }
    }

    /** Whatever a registry does, it is not the store's fault. */
    private InputStream read(InputStream content) {
        return new FilterInputStream(content) {
            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                try {
                    return super.read(into, offset, length);
                } catch (OciRefusal e) {
                    throw failed(e);
                } catch (IOException e) {
                    throw new FetchFailed(name + " broke off: " + e.getMessage());
                }
            }
        };
    }

    private FetchFailed failed(OciRefusal refusal) {
        return new FetchFailed(name + ": " + refusal.explanation());
    }

    @Override
    public InputStream beside(String suffix) throws IOException {
        throw new FetchFailed(name + " has nothing beside it");
    }
}
