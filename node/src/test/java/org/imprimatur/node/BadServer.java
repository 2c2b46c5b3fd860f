package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTP server that answers each path with exactly the bytes and manners that a test wants. */
public final class BadServer implements AutoCloseable {

    /** Answers one request. */
    public interface Manners {
        void answer(Ask ask, OutputStream out) throws Exception;
    }

    /** A request: its {@code Range} header, empty for none, and the connection. */
    public record Ask(String range, Socket socket) {

        /** Where the range begins; 0 without one. */
        public int from() {
            return range.isEmpty()
                    ? 0
                    : Integer.parseInt(range.substring("bytes=".length(), range.indexOf('-')));
        }

        /** Where the range ends, exclusive; the size without one. */
        public int to(int size) {
            return range.isEmpty() || range.endsWith("-")
                    ? size
                    : Integer.parseInt(range.substring(range.indexOf('-') + 1)) + 1;
        }
    }

    public final List<String> asked = new CopyOnWriteArrayList<>();
    private final Map<String, Manners> paths = new ConcurrentHashMap<>();
    private final ServerSocket server = Loopback.serve(this::serve);

    public String at(String path, Manners manners) {
        paths.put(path, manners);
        return "http://127.0.0.1:" + server.getLocalPort() + path;
    }

    /** Serves bytes as one should, ranges too. */
    public static Manners good(byte[] bytes) {
        return (ask, out) -> {
            int from = ask.from();
            int to = ask.to(bytes.length);
            if (ask.range().isEmpty()) {
                head(out, "200 OK", "Content-Length: " + bytes.length);
            } else {
                head(
                        out,
                        "206 Partial Content",
                        "Content-Length: " + (to - from),
                        "Content-Range: bytes %d-%d/%d".formatted(from, to - 1, bytes.length));
            }
            out.write(bytes, from, to - from);
        };
    }

    public static void head(OutputStream out, String status, String... fields) throws IOException {
        var head = new StringBuilder("HTTP/1.1 " + status + "\r\n");
        for (String field : fields) {
            head.append(field).append("\r\n");
        }
        out.write(head.append("Connection: close\r\n\r\n").toString().getBytes(ISO_8859_1));
        out.flush();
    }

    private void serve(Socket socket) {
        try (socket) {
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
            String path = in.readLine().split(" ")[1];
            String range = "";
            for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
                if (line.toLowerCase().startsWith("range:")) {
                    range = line.substring(6).strip();
                }
            }
            asked.add(path + (range.isEmpty() ? "" : " " + range));
            var out = socket.getOutputStream();
            paths.getOrDefault(path, (_, o) -> head(o, "404 Not Found", "Content-Length: 0"))
                    .answer(new Ask(range, socket), out);
            out.flush();
        } catch (Exception e) {
            // The client is gone, or the manners are to break off.
            return;
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
