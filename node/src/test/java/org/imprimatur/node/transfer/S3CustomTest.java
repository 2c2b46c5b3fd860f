package org.imprimatur.node.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.imprimatur.node.BadServer.head;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.imprimatur.node.BadServer;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.node.fetch.FetchFailed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The error documents of Amazon S3 and of services that speak like it. */
class S3CustomTest {

    private static final Optional<S3Access.Credentials> SOMEBODY =
            Optional.of(new S3Access.Credentials("AKIAEXAMPLE", "the-secret"));

    /** What a site tells when a service refuses with that document. */
    private static String told(
            Optional<S3Access.Credentials> credentials, String status, String document) {
        byte[] body = document.getBytes(UTF_8);
        try (var server = new BadServer();
                var fetch = new Fetch()) {
            var uri =
                    URI.create(
                            server.at(
                                    "/images/a.raw",
                                    (_, out) -> {
                                        head(out, status, "Content-Length: " + body.length);
                                        out.write(body);
                                    }));
            var custom =
                    new S3Custom(
                            new S3Access(uri.resolve("/"), "us-east-1", credentials),
                            () -> Instant.parse("2026-11-21T12:00:00.123Z"));
            var location =
                    new HttpLocation(
                            "s3://images/a.raw",
                            uri,
                            custom,
                            1000,
                            fetch,
                            new Fetch.Patience(Duration.ofSeconds(5), 1));
            var failure = new Throwable[1];
            assertThatThrownBy(() -> location.open(0, 1000))
                    .isInstanceOf(FetchFailed.class)
                    .satisfies(e -> failure[0] = e);
            return String.valueOf(failure[0].getMessage());
        }
    }

    private static String error(String code, String more) {
        return """
               <?xml version="1.0" encoding="UTF-8"?>
               <Error><Code>%s</Code><Message>Words that are not shown.</Message>%s
               <RequestId>4442587FB7D0A2F9</RequestId><HostId>x/y=</HostId></Error>"""
                .formatted(code, more);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "403 Forbidden | InvalidAccessKeyId | <AWSAccessKeyId>AKIAEXAMPLE</AWSAccessKeyId> | answered 403 InvalidAccessKeyId: the service does not know the key",
                "403 Forbidden | SignatureDoesNotMatch | <AWSAccessKeyId>AKIAEXAMPLE</AWSAccessKeyId><StringToSign>AWS4-HMAC-SHA256</StringToSign><SignatureProvided>f0e8</SignatureProvided> | the secret is not that of the key",
                "403 Forbidden | RequestTimeTooSkewed | <RequestTime>20261121T120000Z</RequestTime><ServerTime>2026-11-21T13:30:00Z</ServerTime><MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds> | here it is 2026-11-21T12:00:00Z and there 2026-11-21T13:30:00Z",
                "400 Bad Request | AuthorizationHeaderMalformed | <Region>eu-central-1</Region> | no signature for the region \"us-east-1\"; give \"eu-central-1\" as transfer.s3.region",
                "301 Moved Permanently | PermanentRedirect | <Endpoint>images.s3.eu-west-1.amazonaws.com</Endpoint><Bucket>images</Bucket> | answered 301 PermanentRedirect: the bucket is at another endpoint (images.s3.eu-west-1.amazonaws.com)",
                "403 Forbidden | AccessDenied | | let its owner allow s3:GetObject",
                "404 Not Found | NoSuchBucket | <BucketName>images</BucketName> | is transfer.s3.endpoint the right one?",
                "404 Not Found | NoSuchKey | <Key>a.raw</Key> | the bucket has no such object",
                "503 Slow Down | SlowDown | | /images/a.raw answered 503 SlowDown"
            })
    void aRefusalSaysWhatIsWrongAndWhatToDo(
            String status, String code, String more, String expected) {
        assertThat(told(SOMEBODY, status, error(code, more == null ? "" : more)))
                .contains(expected)
                .doesNotContain("the-secret", "AKIA", "HMAC", "f0e8", "Words");
    }

    @Test
    void whoAsksAsNobodyIsToldToNameCredentials() {
        assertThat(told(Optional.empty(), "403 Forbidden", error("AccessDenied", "")))
                .contains("name credentials in transfer.s3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<html><body>Forbidden by the proxy</body></html>",
                "<Error><Code>Not a code, but words</Code></Error>",
                "<!DOCTYPE Error [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><Error><Code>&a;</Code></Error>",
                "<Error><Code>AccessDenied</Code>",
                "<Other><Code>AccessDenied</Code></Other>"
            })
    void whatIsNoErrorDocumentLeavesTheStatus(String document) {
        assertThat(told(SOMEBODY, "403 Forbidden", document))
                .endsWith("/images/a.raw answered 403");
    }

    @Test
    void aDocumentBeyondAllBoundsLeavesTheStatus() {
        assertThat(
                        told(
                                SOMEBODY,
                                "403 Forbidden",
                                error("AccessDenied", "<X>" + "x".repeat(1 << 20) + "</X>")))
                .endsWith("/images/a.raw answered 403");
    }

    @Test
    void onlyWhatLooksLikeARegionIsShown() {
        assertThat(
                        told(
                                SOMEBODY,
                                "400 Bad Request",
                                error(
                                        "AuthorizationHeaderMalformed",
                                        "<Region>run rm -rf /</Region>")))
                .contains("give its region as transfer.s3.region")
                .doesNotContain("rm -rf");
    }
}
