package org.imprimatur.inspect.keys;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.stream.Stream;

/** Keys and certificates, bare and in armour. */
public final class DerFuzz {

    private DerFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        KeyFiles.of(input, true);
        KeyFiles.of(input, false);
        Certificate.inDer(input);
        Certificate.inPem(input, 0, input.length);
        PrivateKeys.in(input);
        CertificateDetails.in(input);
        CertificateDetails.inDer(input);
        PrivateKeys.putty(new String(input, StandardCharsets.ISO_8859_1));
    }

    public static Stream<byte[]> seeds() {
        var bytes = HexFormat.of();
        return Stream.of(
                // an EC key with its curve, an encrypted key, the beginning of a store
                KeyFilesTest.element(
                        0x30,
                        KeyFilesTest.element(2, new byte[] {1}),
                        KeyFilesTest.element(4, new byte[32]),
                        KeyFilesTest.element(
                                0xa0, KeyFilesTest.element(6, bytes.parseHex("2a8648ce3d030107")))),
                KeyFilesTest.element(
                        0x30,
                        KeyFilesTest.element(
                                0x30,
                                KeyFilesTest.element(6, bytes.parseHex("2a864886f70d01050d"))),
                        KeyFilesTest.element(4, new byte[64])),
                bytes.parseHex("feedfeed000000020000000100000002000161"),
                "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END"
                        .getBytes(StandardCharsets.US_ASCII));
    }
}
