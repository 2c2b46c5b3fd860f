package org.imprimatur.node.transfer;

import java.net.URI;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import org.imprimatur.node.driver.DriverException;
import org.imprimatur.node.driver.OutsideXml;
import org.imprimatur.node.fetch.FetchFailed;

/**
 * How an S3 service is asked, and what the codes mean that it refuses with (Amazon S3 API
 * Reference, "Error responses"). Of what it says only the code, the place and the time are taken,
 * and only where they look like one: it may quote what was sent, which proves who asks.
 */
record S3Custom(S3Access access, InstantSource clock) implements HttpLocation.Custom {

    private static final String CREDENTIALS = "the file that transfer.s3.credentials names";

    @Override
    public Map<String, String> fields(URI uri, Map<String, String> fields) {
        return access.credentials()
                .map(
                        one ->
                                new S3Signature(one, access.region())
                                        .signed(uri, fields, clock.instant()))
                .orElse(fields);
    }

    @Override
    public FetchFailed explained(FetchFailed failure) {
        return refusal(failure.said())
                .map(why -> new FetchFailed(failure.explanation() + " " + why))
                .orElse(failure);
    }

    /** What is wrong and what to do, by an error document; empty for anything else. */
    Optional<String> refusal(byte[] said) {
        OutsideXml error;
        try {
            error = OutsideXml.read(said, "the answer");
        } catch (DriverException _) {
            return Optional.empty(); // without one, or from something before the service
        }
        var code = matching("[A-Za-z]{1,64}", error, "Code");
        if (!error.name().equals("Error") || code.isEmpty()) {
            return Optional.empty();
        }
        var meaning = meaning(code, error);
        return Optional.of(meaning.isEmpty() ? code : code + ": " + meaning);
    }

    private String meaning(String code, OutsideXml error) {
        return switch (code) {
            case "InvalidAccessKeyId" ->
                    "the service does not know the key; is aws_access_key_id in %s one of this service?"
                            .formatted(CREDENTIALS);
            case "SignatureDoesNotMatch" ->
                    "the secret is not that of the key; put the right aws_secret_access_key into "
                            + CREDENTIALS;
            case "RequestTimeTooSkewed" ->
                    "the clocks are too far apart, here it is %s%s; set the clock that is wrong"
                            .formatted(
                                    clock.instant().truncatedTo(ChronoUnit.SECONDS), there(error));
            case "AuthorizationHeaderMalformed" ->
                    "the service takes no signature for the region \"%s\"%s"
                            .formatted(access.region(), region(error));
            case "PermanentRedirect" -> "the bucket is at another endpoint" + endpoint(error);
            case "AccessDenied" ->
                    access.credentials().isPresent()
                            ? "the key may not read this object, or it is not there; let its owner allow s3:GetObject"
                            : "it is not for everybody; name credentials in transfer.s3";
            case "NoSuchBucket" ->
                    "the service has no such bucket; is transfer.s3.endpoint the right one?";
            case "NoSuchKey" -> "the bucket has no such object";
            default -> "";
        };
    }

    private static String there(OutsideXml error) {
        var time = matching("[0-9TZ:.-]{1,32}", error, "ServerTime");
        return time.isEmpty() ? "" : " and there " + time;
    }

    private static String region(OutsideXml error) {
        var region = matching("[a-z0-9-]{1,64}", error, "Region");
        return region.isEmpty()
                ? "; give its region as transfer.s3.region"
                : "; give \"%s\" as transfer.s3.region".formatted(region);
    }

    private static String endpoint(OutsideXml error) {
        var host = matching("[A-Za-z0-9.:-]{1,255}", error, "Endpoint");
        return host.isEmpty()
                ? "; give it as transfer.s3.endpoint"
                : " (%s); give it, without the bucket, as transfer.s3.endpoint".formatted(host);
    }

    /** What an element holds, if it has that form; empty otherwise. */
    private static String matching(String form, OutsideXml error, String child) {
        var text = error.text(child);
        return text.matches(form) ? text : "";
    }
}
