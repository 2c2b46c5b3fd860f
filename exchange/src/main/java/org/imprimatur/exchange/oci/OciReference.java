package org.imprimatur.exchange.oci;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Sha256;

/**
 * Where an artefact is: {@code HOST[:PORT]/NAME:TAG}, {@code HOST[:PORT]/NAME@sha256:DIGEST}, or a
 * directory, {@code oci:DIRECTORY:TAG}. Nothing is filled in: no default host and no default tag.
 */
public sealed interface OciReference {

    /** The tag, or {@code sha256:} and the digest of a manifest. */
    String reference();

    /** In a registry. */
    record Remote(String host, String repository, String reference) implements OciReference {

        @Override
        public String toString() {
            return host + "/" + repository + (isDigest(reference) ? "@" : ":") + reference;
        }
    }

    /** In an image layout on disk. */
    record Layout(Path directory, String reference) implements OciReference {

        @Override
        public String toString() {
            return "oci:" + directory + ":" + reference;
        }
    }

    /** The tag's form, OCI distribution specification 1.1. */
    Pattern TAG = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}");

    /**
     * Reads one.
     *
     * @throws MalformedInput when it has none of the forms
     */
    static OciReference parse(String text) {
        return text.startsWith("oci:") ? layout(text) : remote(text);
    }

    private static OciReference layout(String text) {
        int colon = text.lastIndexOf(':');
        var tag = text.substring(colon + 1);
        if (colon <= "oci:".length() || !TAG.matcher(tag).matches()) {
            throw form(text);
        }
        try {
            return new Layout(Path.of(text.substring("oci:".length(), colon)), tag);
        } catch (InvalidPathException e) {
            throw form(text);
        }
    }

    private static OciReference remote(String text) {
        var form =
                Pattern.compile(
                                "([A-Za-z0-9.-]{1,255}(?::[0-9]{1,5})?|\\[[0-9a-fA-F:]{2,45}\\](?::[0-9]{1,5})?)/"
                                        + "([a-z0-9]+(?:(?:\\.|_|__|-{1,8})[a-z0-9]+)*"
                                        + "(?:/[a-z0-9]+(?:(?:\\.|_|__|-{1,8})[a-z0-9]+)*)*)"
                                        + "(?::([a-zA-Z0-9_][a-zA-Z0-9._-]{0,127})|@sha256:([0-9a-f]{64}))")
                        .matcher(text);
        if (text.length() > 1024 || !form.matches()) {
            throw form(text);
        }
        var digest = form.group(4);
        return new Remote(
                form.group(1), form.group(2), digest == null ? form.group(3) : "sha256:" + digest);
    }

    private static MalformedInput form(String text) {
        // Whoever writes a password into an address does not want to see it on the screen.
        int at = text.startsWith("oci:") ? -1 : text.indexOf('@');
        boolean secret = at > 0 && !text.startsWith("@sha256:", at);
        return new MalformedInput(
                "",
                "HOST/NAME:TAG, HOST/NAME@sha256:DIGEST or oci:DIRECTORY:TAG",
                secret
                        ? "something with credentials before "
                                + MalformedInput.quoted(text.substring(at))
                        : MalformedInput.quoted(text));
    }

    /** Whether a reference is the digest of a manifest. */
    static boolean isDigest(String reference) {
        return reference.startsWith("sha256:");
    }

    /** The digest that a reference is. */
    static Sha256 digest(String reference) {
        return new Sha256(reference.substring("sha256:".length()));
    }
}
