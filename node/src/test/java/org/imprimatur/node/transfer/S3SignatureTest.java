package org.imprimatur.node.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class S3SignatureTest {

    /** Key, secret and the example "GET Object" of the specification. */
    private static final S3Access.Credentials EXAMPLE =
            new S3Access.Credentials(
                    "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");

    @Test
    void theSpecificationsExampleHasItsSignature() {
        var fields =
                new S3Signature(EXAMPLE, "us-east-1")
                        .signed(
                                URI.create("https://examplebucket.s3.amazonaws.com/test.txt"),
                                Map.of("Range", "bytes=0-9"),
                                Instant.parse("2013-05-24T00:00:00Z"));

        assertThat(fields)
                .containsEntry("Range", "bytes=0-9")
                .containsEntry("x-amz-date", "20130524T000000Z")
                .containsEntry(
                        "Authorization",
                        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                                + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
                                + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    }

    @Test
    void thePortThatGoesWithoutSayingIsNotSigned() {
        var signature = new S3Signature(EXAMPLE, "us-east-1");
        var at = Instant.parse("2013-05-24T00:00:00Z");

        assertThat(signature.signed(URI.create("https://s3.example:443/a/b"), Map.of(), at))
                .isEqualTo(signature.signed(URI.create("https://s3.example/a/b"), Map.of(), at));
        assertThat(signature.signed(URI.create("https://s3.example:80/a/b"), Map.of(), at))
                .isNotEqualTo(signature.signed(URI.create("https://s3.example/a/b"), Map.of(), at));
    }

    @Test
    void everyByteOfAKeyThatIsNotPlainIsEncoded() {
        assertThat(S3Signature.encoded("/a b/ü+=~._-/%")).isEqualTo("/a%20b/%C3%BC%2B%3D~._-/%25");
    }

    @Test
    void theSecretIsNeverShown() {
        assertThat(
                        new S3Access(
                                URI.create("https://s3.example"),
                                "x",
                                java.util.Optional.of(EXAMPLE)))
                .asString()
                .contains("AKIA")
                .doesNotContain("wJalr");
    }
}
