package org.imprimatur.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** S3Proxy over a directory: an S3 service in a process of its own, which knows one key. */
final class S3Server implements AutoCloseable {

    static final String KEY = "AKIATRIAL";
    static final String SECRET = "the/secret+of=trials";

    private static final Path JAR =
            Path.of(System.getProperty("imprimatur.root", ".."), "node", "target", "s3proxy.jar");
    private static final Pattern RANGE = Pattern.compile("(?i)\\bRange: (bytes=\\d+-\\d+)");

    private final int port = Loopback.freePort();
    private final Path directory;
    private final Path log;
    private Process process;

    /** Serves the directories of a directory as buckets. */
    S3Server(Path directory) throws IOException {
        assertThat(JAR)
                .as("S3Proxy; \"mvn -pl node dependency:copy@s3proxy\" puts it there")
                .exists();
        this.directory = Files.createDirectories(directory.resolve("s3"));
        log = directory.resolve("s3.log");
        Files.writeString(
                directory.resolve("s3.properties"),
                """
                s3proxy.endpoint=%s
                s3proxy.authorization=aws-v2-or-v4
                s3proxy.identity=%s
                s3proxy.credential=%s
                jclouds.provider=filesystem-nio2
                jclouds.identity=asked for, and not used
                jclouds.credential=asked for, and not used
                jclouds.filesystem.basedir=%s
                """
                        .formatted(endpoint(), KEY, SECRET, this.directory));
        start();
    }

    String endpoint() {
        return "http://127.0.0.1:" + port;
    }

    /** Puts an object there. */
    void put(String bucket, String key, byte[] content) throws IOException {
        var file = directory.resolve(bucket).resolve(key);
        Files.createDirectories(file.getParent());
        Files.write(file, content);
    }

    /** The ranges that were asked for since the last start. */
    List<String> ranges() {
        return RANGE.matcher(said()).results().map(one -> one.group(1)).toList();
    }

    private String said() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it, and returns when it answers. */
    void start() throws IOException {
        var builder =
                JavaProcess.ofJar(JAR, "--properties", log.resolveSibling("s3.properties"))
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        builder.environment().put("LOG_LEVEL", "trace"); // it tells what is asked for
        process = builder.start();
        Eventually.await(
                () -> {
                    assertThat(process.isAlive()).as(() -> "S3Proxy: " + said()).isTrue();
                    try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                        return true;
                    } catch (IOException e) {
                        return false;
                    }
                });
    }

    /** Ends it with SIGKILL. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }
}
