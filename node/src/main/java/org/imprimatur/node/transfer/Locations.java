package org.imprimatur.node.transfer;

import java.net.URI;
import java.time.InstantSource;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.imprimatur.exchange.oci.OciReference;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.node.fetch.FetchFailed;
import org.imprimatur.register.MalformedInput;

/** Tells by an address in which way it is asked. */
final class Locations {

    /** A location that brings fewer bytes in the time that a site is patient is left. */
    private static final long LEAST_BYTES = 16 * 1024;

    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");

    private final Fetch fetch;
    private final Supplier<TransferSettings> settings;
    private final InstantSource clock;

    Locations(Fetch fetch, Supplier<TransferSettings> settings, InstantSource clock) {
        this.fetch = fetch;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * The location at an address of an endorsement.
     *
     * @param bytes the size of the file that is endorsed
     * @throws FetchFailed when this site asks no such address
     */
    Location at(String address, long bytes) throws FetchFailed {
        var uri = URI.create(address);
        return switch (String.valueOf(uri.getScheme())) {
            case "http", "https" -> new HttpLocation(uri, bytes, fetch, patience());
            case "file" -> {
                if (!settings.get().filesAllowed()) {
                    throw new FetchFailed(
                            uri + " is a file, and this site reads none (allow-file-locations)");
                }
                yield new FileLocation(uri, bytes);
            }
            case "s3" -> s3(uri, bytes);
            case "oci", "docker" -> oci(address, bytes);
            default -> throw new FetchFailed(address + " is no address that this site asks");
        };
    }

    private Location s3(URI uri, long bytes) throws FetchFailed {
        var bucket = String.valueOf(uri.getAuthority());
        var key = uri.getPath();
        if (!BUCKET.matcher(bucket).matches() || key.length() < 2 || uri.getRawQuery() != null) {
            throw new FetchFailed(uri + " is no s3://BUCKET/KEY");
        }
        var access = settings.get().s3();
        var object = URI.create(access.endpoint() + "/" + bucket + S3Signature.encoded(key));
        return new HttpLocation(
                uri.toString(), object, new S3Custom(access, clock), bytes, fetch, patience());
    }

    private Fetch.Patience patience() {
        return new Fetch.Patience(settings.get().stall(), LEAST_BYTES);
    }

    private Location oci(String address, long bytes) throws FetchFailed {
        try {
            var reference = OciReference.parse(address.substring(address.indexOf("//") + 2));
            if (reference instanceof OciReference.Remote where) {
                boolean plainHttp = settings.get().plainHttpRegistries().contains(where.host());
                return new OciLocation(address, where, plainHttp, fetch.proxies(), bytes);
            }
        } catch (MalformedInput e) {
            throw new FetchFailed(address + " is no oci://HOST/NAME:TAG: " + e.explanation());
        }
        throw new FetchFailed(address + " is no oci://HOST/NAME:TAG");
    }
}
