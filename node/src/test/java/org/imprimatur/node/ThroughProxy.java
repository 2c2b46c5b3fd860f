package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** An HTTP proxy that knows where the hosts of a test are. */
public final class ThroughProxy implements AutoCloseable {

    /** What was asked for through it. */
    public final List<URI> asked = new CopyOnWriteArrayList<>();

    private final ServerSocket server;
    private final Function<URI, InetSocketAddress> where;

    /** One that goes where it is told. */
    public ThroughProxy() {
        this(uri -> new InetSocketAddress(uri.getHost(), uri.getPort()));
    }

    /** One that alone knows where the hosts of a test are: all of them at one address. */
    public ThroughProxy(InetSocketAddress target) {
        this(_ -> target);
    }

    private ThroughProxy(Function<URI, InetSocketAddress> where) {
        this.where = where;
        server = Loopback.serve(this::serve);
    }

    public String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    /** One request on each connection: the target is told to close it. */
    private void serve(Socket client) {
        try (client) {
            var in = client.getInputStream();
            var line = line(in).split(" ");
            var uri = URI.create(line[1]);
            asked.add(uri);
            long body = 0;
            var head = new StringBuilder(line[0]);
            head.append(' ')
                    .append(uri.getRawPath())
                    .append(uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery())
                    .append(" HTTP/1.1\r\nConnection: close\r\n");
            for (var field = line(in); !field.isEmpty(); field = line(in)) {
                if (!field.toLowerCase().startsWith("connection:")) {
                    head.append(field).append("\r\n");
                }
                if (field.toLowerCase().startsWith("content-length:")) {
                    body = Long.parseLong(field.substring(field.indexOf(':') + 1).strip());
                }
            }
            var target = where.apply(uri);
            try (var there = new Socket(target.getAddress(), target.getPort())) {
                var out = there.getOutputStream();
                out.write(head.append("\r\n").toString().getBytes(ISO_8859_1));
                for (long left = body; left > 0; ) {
                    var some = in.readNBytes((int) Math.min(left, 1 << 16));
                    out.write(some);
                    left = some.length == 0 ? 0 : left - some.length;
                }
                there.getInputStream().transferTo(client.getOutputStream());
            }
        } catch (IOException e) {
            // One of the two is gone.
            return;
        }
    }

    private static String line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(ISO_8859_1);
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
