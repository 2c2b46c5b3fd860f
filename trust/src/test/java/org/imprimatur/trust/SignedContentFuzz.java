package org.imprimatur.trust;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.imprimatur.register.MalformedInput;

/** Signatures of messages (CMS) by somebody who is trusted: none ever fits another content. */
public final class SignedContentFuzz {

    private static final byte[] CONTENT = "a list\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OTHER = "another\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final TrialAuthority AUTHORITY = Samples.authority();
    private static final TrustAnchors ANCHORS = AUTHORITY.anchors();

    private SignedContentFuzz() {}

    /** Signatures by keys of two kinds. */
    public static Stream<byte[]> seeds() {
        return Stream.of(TrialAuthority.KeyKind.EC_P256, TrialAuthority.KeyKind.RSA_2048)
                .map(kind -> AUTHORITY.issue("Alice", kind))
                .map(key -> MessageSigner.sign(CONTENT, key, Samples.NOW));
    }

    /** Ends with a verdict, or with MalformedInput. */
    public static void fuzzerTestOneInput(byte[] input) {
        SignedContent signed;
        try {
            signed = SignedContent.parse(input);
        } catch (MalformedInput e) {
            if (e.explanation().isBlank()) {
                throw new AssertionError("no explanation", e);
            }
            return;
        }
        signed.content();
        if (signed.verify(CONTENT, ANCHORS, true, Samples.NOW)
                        instanceof SignedContent.NotVerified refused
                && refused.explanation().isBlank()) {
            throw new AssertionError("no explanation of " + refused.code());
        }
        if (signed.verify(OTHER, ANCHORS, true, Samples.NOW) instanceof SignedContent.Verified) {
            throw new AssertionError("a signature over a content that nobody signed");
        }
    }
}
