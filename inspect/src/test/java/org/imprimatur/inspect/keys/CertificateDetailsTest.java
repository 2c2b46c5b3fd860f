package org.imprimatur.inspect.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Certificates by openssl req, and what openssl x509 says of them. */
public class CertificateDetailsTest {

    /** Of an authority, with names that need escapes, valid beyond 2049. */
    public static final String AUTHORITY =
            """
            -----BEGIN CERTIFICATE-----
            MIICDzCCAbWgAwIBAgIUQmdQB2TUU90aO5dUsout6VanxxcwCgYIKoZIzj0EAwIw
            XDETMBEGCgmSJomT8ixkARkWA29yZzEXMBUGCgmSJomT8ixkARkWB2V4YW1wbGUx
            GzAZBgNVBAoMEkLDtnNlLCBTw7ZobmUgKyBDbzEPMA0GA1UEAwwGQ0EgIzEgMCAX
            DTI2MTEyMTA4NTgwNVoYDzIwODEwODI0MDg1ODA1WjBcMRMwEQYKCZImiZPyLGQB
            GRYDb3JnMRcwFQYKCZImiZPyLGQBGRYHZXhhbXBsZTEbMBkGA1UECgwSQsO2c2Us
            IFPDtmhuZSArIENvMQ8wDQYDVQQDDAZDQSAjMSAwWTATBgcqhkjOPQIBBggqhkjO
            PQMBBwNCAATXpymX8RyHOf1JTs5utZpsk3xTUi0V/FnwDOzZmgBjaPWXkVSEAeQW
            NIl8mZumGQypHMikbrVPF6LfvVQgdBCGo1MwUTAdBgNVHQ4EFgQU//qrOEYYGZrC
            xqU6+5MF58jI5QkwHwYDVR0jBBgwFoAU//qrOEYYGZrCxqU6+5MF58jI5QkwDwYD
            VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiB7V0AIG/0LNozCb4lGC24N
            dTp9qlG9gmNtKzVjjGAXNwIhAJiymVUJ2zsyqqzfX6bNkgYIjUMmMkCgMkbwsYeR
            H10L
            -----END CERTIFICATE-----
            """;

    private static final String HOST =
            """
            -----BEGIN CERTIFICATE-----
            MIIB3zCCAYSgAwIBAgIUNkZetQZIkIQLHKwL1kb2QgU9CkUwCgYIKoZIzj0EAwIw
            RjELMAkGA1UEBhMCRVUxGTAXBgNVBAMMEGhvc3QuZXhhbXBsZS5vcmcxHDAaBgkq
            hkiG9w0BCQEWDWFAZXhhbXBsZS5vcmcwHhcNMjYxMTIxMDg1ODA1WhcNMjcxMTIx
            MDg1ODA1WjBGMQswCQYDVQQGEwJFVTEZMBcGA1UEAwwQaG9zdC5leGFtcGxlLm9y
            ZzEcMBoGCSqGSIb3DQEJARYNYUBleGFtcGxlLm9yZzBZMBMGByqGSM49AgEGCCqG
            SM49AwEHA0IABNenKZfxHIc5/UlOzm61mmyTfFNSLRX8WfAM7NmaAGNo9ZeRVIQB
            5BY0iXyZm6YZDKkcyKRutU8Xot+9VCB0EIajUDBOMB0GA1UdDgQWBBT/+qs4RhgZ
            msLGpTr7kwXnyMjlCTAfBgNVHSMEGDAWgBT/+qs4RhgZmsLGpTr7kwXnyMjlCTAM
            BgNVHRMBAf8EAjAAMAoGCCqGSM49BAMCA0kAMEYCIQCNPfIuhOvBGqJ2t/kqTvks
            zR5s1oCRt/u+hVBN5pYZrQIhAPxGlIxhH0zvh+H+jgxgdBjkEsIuXcIDggTvRG56
            qDfb
            -----END CERTIFICATE-----
            """;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void everyCertificateOfAFileIsTold() {
        var found = CertificateDetails.in(bytes("some text\n" + AUTHORITY + HOST));

        assertThat(found)
                .containsExactly(
                        new CertificateDetails(
                                "CN=CA #1\\ ,O=Böse\\, Söhne \\+ Co,DC=example,DC=org",
                                "CN=CA #1\\ ,O=Böse\\, Söhne \\+ Co,DC=example,DC=org",
                                Instant.parse("2026-11-21T08:58:05Z"),
                                Instant.parse("2081-08-24T08:58:05Z"),
                                true,
                                false,
                                "bdbbad276fbc9b242796e4acfed345f2c9050efb4621abbdbf7bfed092c9cf7d"),
                        new CertificateDetails(
                                "emailAddress=a@example.org,CN=host.example.org,C=EU",
                                "emailAddress=a@example.org,CN=host.example.org,C=EU",
                                Instant.parse("2026-11-21T08:58:05Z"),
                                Instant.parse("2027-11-21T08:58:05Z"),
                                false,
                                false,
                                "85337b5ae39b9bc890e0ac736dc7dcaecceab42d418851ac25b920f81749ce3a"));
    }

    @Test
    void whatStandsBehindACertificateIsNotPartOfIt() {
        var der = Objects.requireNonNull(PrivateKeys.content(bytes(HOST), 0, HOST.length()));
        var trusted = new ByteArrayOutputStream();
        trusted.writeBytes(der);
        trusted.writeBytes(new byte[] {0x30, 0x02, 0x30, 0x00});

        assertThat(CertificateDetails.in(trusted.toByteArray()))
                .isEqualTo(CertificateDetails.in(bytes(HOST)));
    }

    @Test
    void damagedOnesAreLeftOut() {
        var der = Objects.requireNonNull(PrivateKeys.content(bytes(HOST), 0, HOST.length()));
        for (int length = 0; length < der.length; length++) {
            assertThat(CertificateDetails.in(Arrays.copyOf(der, length))).isEmpty();
        }
        assertThat(CertificateDetails.in(bytes("0 is the first byte of DER, and of this")))
                .isEmpty();
        assertThat(CertificateDetails.in(bytes("-----BEGIN CERTIFICATE-----\nMAA=\n-----END")))
                .isEmpty();
    }
}
