package org.imprimatur.inspect.keys;

import java.util.Map;

/**
 * Private keys that their makers publish, so that nobody can take them for secrets. Known by the
 * fingerprint of the public half.
 */
public final class PublishedKeys {

    private static final Map<String, String> PUBLISHERS =
            Map.ofEntries(
                    Map.entry(
                            "SHA256:1M4RzhMyWuFS/86uPY/ce2prh/dVTHW7iD2RhpquOZA",
                            "Vagrant, for everybody"),
                    Map.entry(
                            "SHA256:WkvqjnyPAeC0cbPErYiGP9vqHdgL1MqqvPdIe3lvHgI",
                            "Vagrant, for everybody"),
                    Map.entry(
                            "SHA256:EUDHQ8Zd4gOl70rRpo8W/AWDFeDf8DiljFOzH9TfjaM",
                            "the tests of Python"),
                    Map.entry(
                            "SHA256:4wNxIwOdsYsxqMbK2Pj1vyuNU/iXtOx5N3Xe9E8Oilo",
                            "the examples of OpenSSL"),
                    Map.entry(
                            "SHA256:mEqbuiB22OQE2HeaQAjMRaoetiM1FOHJy9hdMOvgCwA",
                            "the examples of OpenSSL"));

    private PublishedKeys() {}

    /** Who published the key with this fingerprint, in words; empty if nobody is known to have. */
    public static String publisher(String fingerprint) {
        return PUBLISHERS.getOrDefault(fingerprint, "");
    }
}
