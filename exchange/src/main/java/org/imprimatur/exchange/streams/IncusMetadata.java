package org.imprimatur.exchange.streams;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.imprimatur.register.Statement;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/**
 * The small archive beside a disk in which Incus and LXD want to find {@code metadata.yaml}. The
 * same endorsement always gives the same bytes.
 */
final class IncusMetadata {

    private static final int BLOCK = 512;

    private static final Map<String, String> ARCHITECTURES =
            Map.of("amd64", "x86_64", "arm64", "aarch64", "i386", "i686", "ppc64el", "ppc64le");

    private IncusMetadata() {}

    static byte[] of(Statement.Endorsement endorsement, Instant admittedAt) {
        var system = endorsement.system();
        var architecture = ARCHITECTURES.getOrDefault(system.architecture(), system.architecture());
        var yaml = new StringBuilder();
        yaml.append("architecture: ").append(quoted(architecture)).append('\n');
        yaml.append("creation_date: ").append(admittedAt.getEpochSecond()).append('\n');
        yaml.append("properties:\n");
        property(yaml, "architecture", architecture);
        property(yaml, "description", endorsement.title());
        property(yaml, "os", system.name());
        property(yaml, "release", system.version());
        property(yaml, "version", endorsement.version().text());
        property(yaml, "guid", endorsement.guid().toString());
        property(yaml, "sha512", endorsement.image().hex());
        try {
            return packed(
                    tar(
                            "metadata.yaml",
                            yaml.toString().getBytes(StandardCharsets.UTF_8),
                            admittedAt));
        } catch (IOException e) {
            throw new AssertionError("writing to memory does not fail", e);
        }
    }

    private static void property(StringBuilder yaml, String name, String value) {
        yaml.append("  ").append(name).append(": ").append(quoted(value)).append('\n');
    }

    /** In double quotes; texts of statements are one line without control characters. */
    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    private static byte[] packed(byte[] bytes) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var xz = new XZOutputStream(out, new LZMA2Options(1))) {
            xz.write(bytes);
        }
        return out.toByteArray();
    }

    /** One file in a ustar archive (POSIX.1-1988). */
    private static byte[] tar(String name, byte[] content, Instant time) {
        var header = new byte[BLOCK];
        put(header, 0, name);
        put(header, 100, "0000644\0");
        put(header, 108, "0000000\0");
        put(header, 116, "0000000\0");
        put(header, 124, octal(content.length));
        put(header, 136, octal(time.getEpochSecond()));
        put(header, 148, "        ");
        header[156] = '0';
        put(header, 257, "ustar\00000");
        int sum = 0;
        for (byte one : header) {
            sum += one & 0xff;
        }
        put(header, 148, "%06o\0 ".formatted(sum));
        var out = new ByteArrayOutputStream();
        out.writeBytes(header);
        out.writeBytes(content);
        out.writeBytes(new byte[(BLOCK - content.length % BLOCK) % BLOCK + 2 * BLOCK]);
        return out.toByteArray();
    }

    private static String octal(long number) {
        return String.format(Locale.ROOT, "%011o\0", number);
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }
}
