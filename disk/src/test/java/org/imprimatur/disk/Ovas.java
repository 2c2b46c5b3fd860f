package org.imprimatur.disk;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Small archives in the form of an OVA, good and bad. */
final class Ovas {

    static final byte[] VMDK = Fixtures.bytes("containers/stream.vmdk.gz");

    private Ovas() {}

    static byte[] good() {
        return of("SHA256", envelope(file("disk.vmdk"), disk("vmdk")), "disk.vmdk", VMDK);
    }

    static byte[] withoutManifest() {
        return tar(
                Map.of("a.ovf", utf8(envelope(file("disk.vmdk"), disk("vmdk")))),
                Map.of("disk.vmdk", VMDK));
    }

    /** A descriptor, a manifest of it and of the disk, and the disk. */
    static byte[] of(String algorithm, String descriptor, String name, byte[] disk) {
        String manifest =
                "%1$s(a.ovf)= %2$s\n%1$s(%3$s)= %4$s\n"
                        .formatted(
                                algorithm,
                                digest(algorithm, utf8(descriptor)),
                                name,
                                digest(algorithm, disk));
        return tar(
                Map.of("a.ovf", utf8(descriptor)),
                Map.of("a.mf", utf8(manifest)),
                Map.of(name, disk));
    }

    static String envelope(String files, String disks) {
        return """
               <?xml version="1.0" encoding="UTF-8"?>
               <Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1"
                 xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1">
                 <References>%s</References>
                 <DiskSection>%s</DiskSection>
               </Envelope>
               """
                .formatted(files, disks);
    }

    static String file(String href) {
        return "<File ovf:id='f' ovf:href='%s'/>".formatted(href);
    }

    static String disk(String format) {
        return "<Disk ovf:diskId='d' ovf:fileRef='f' ovf:format='http://x/%s.html'/>"
                .formatted(format);
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String digest(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance(algorithm.replace("SHA", "SHA-"))
                                    .digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** Files in this order, each map having one. */
    @SafeVarargs
    static byte[] tar(Map<String, byte[]>... files) {
        var out = new ByteArrayOutputStream();
        for (Map<String, byte[]> each : files) {
            new LinkedHashMap<>(each).forEach((name, bytes) -> member(out, name, '0', bytes));
        }
        out.writeBytes(new byte[1024]);
        return out.toByteArray();
    }

    static void member(ByteArrayOutputStream out, String name, char type, byte[] bytes) {
        byte[] header = new byte[512];
        put(header, 0, name);
        put(header, 100, "0000644\0");
        put(header, 124, String.format(Locale.ROOT, "%011o", bytes.length));
        put(header, 257, "ustar\00000");
        header[156] = (byte) type;
        Arrays.fill(header, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte each : header) {
            sum += each & 0xff;
        }
        put(header, 148, String.format(Locale.ROOT, "%06o\0 ", sum));
        out.writeBytes(header);
        out.writeBytes(bytes);
        out.writeBytes(new byte[-bytes.length & 511]);
    }

    private static void put(byte[] into, int at, String text) {
        byte[] bytes = utf8(text);
        System.arraycopy(bytes, 0, into, at, bytes.length);
    }
}
