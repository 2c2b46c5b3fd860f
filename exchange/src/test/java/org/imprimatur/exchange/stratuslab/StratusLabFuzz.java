package org.imprimatur.exchange.stratuslab;

import java.util.List;
import java.util.stream.Stream;
import org.imprimatur.trust.CrlMode;
import org.imprimatur.trust.TrustAnchors;

/** Whatever the bytes: there is a verdict. */
public final class StratusLabFuzz {

    private static final StratusLabVerifier VERIFIER =
            new StratusLabVerifier(TrustAnchors.of(List.of(), List.of(), CrlMode.IF_PRESENT));

    private static final StratusLabVerifier.Terms TERMS =
            StratusLabVerifier.Terms.at(Samples.NOW).withLegacySha1();

    private StratusLabFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        VERIFIER.verify(input, TERMS);
        // Behind a signature that does not hold is a reader of its own.
        try {
            DocumentReader.read(DocumentReader.parts(XmlReader.read(input)).description());
        } catch (Refusal refusal) {
            refusal.verdict();
        }
    }

    /** Documents of the corpus that lead into each part. */
    public static Stream<byte[]> seeds() {
        return Stream.of(
                        "good.xml",
                        "good-legacy-sha1.xml",
                        "good-foreign-elements.xml",
                        "second-root-in-object.xml",
                        "entity-bomb.xml",
                        "deprecated.xml",
                        "two-references.xml")
                .map(StratusLabCorpusTest::bytes);
    }
}
