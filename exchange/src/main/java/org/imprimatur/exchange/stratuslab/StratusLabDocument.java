package org.imprimatur.exchange.stratuslab;

import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What a StratusLab document says. That somebody has said it is for {@link StratusLabVerifier} to
 * find out.
 *
 * @param identifier the name of the image, made of its SHA-1
 * @param bytes length of the image, unpacked
 * @param checksums by algorithm ({@code SHA-1}, always there, {@code MD5}, {@code SHA-256}, {@code
 *     SHA-384}, {@code SHA-512}), in lower-case hex, of the image, unpacked
 * @param created when it was endorsed, by the signer's clock; identifier, mail address and this are
 *     the key of a document
 * @param valid until when it holds, or null where it does not say
 * @param deprecated why the image is withdrawn, perhaps empty; null where it is not
 * @param terms everything else that has a known name, such as {@code dcterms:title}, in the
 *     document's order
 * @param foreign the names of all other elements, in the form <code>{namespace}name</code>
 */
public record StratusLabDocument(
        StratusLabId identifier,
        long bytes,
        SortedMap<String, String> checksums,
        Instant created,
        Endorser endorser,
        @Nullable Instant valid,
        @Nullable String deprecated,
        SortedMap<String, List<String>> terms,
        List<String> foreign) {

    /** Whom the document says it is from, in its own words. */
    public record Endorser(String email, String subject, String issuer) {}

    public StratusLabDocument {
        foreign = List.copyOf(foreign);
    }

    /** Without SHA-512 the image is known by weak digests alone, or by none that we use. */
    public boolean weak() {
        return !checksums.containsKey("SHA-512");
    }

    /** The first value of a term, or null. */
    public @Nullable String term(String name) {
        var values = terms.get(name);
        return values == null ? null : values.getFirst();
    }

    /** All values of a term. */
    public List<String> all(String name) {
        var values = terms.get(name);
        return values == null ? List.of() : values;
    }
}
