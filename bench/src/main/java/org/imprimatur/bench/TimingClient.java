package org.imprimatur.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * Takes the time of each answer, where wrk adds times of questions that it would have asked if no
 * answer had been slow.
 */
final class TimingClient {

    private static final long PAUSE = 100_000;
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int LONGEST_ANSWER = 1 << 16;
    private static final String LENGTH = "\r\ncontent-length:";

    private final List<byte[]> requests;
    private final Selector selector;
    private final ArrayDeque<Line> idle = new ArrayDeque<>();

    /** Milliseconds. */
    private double[] times = new double[1 << 20];

    /** When the last answer came. */
    private long heard = System.nanoTime();

    private int next;
    private int answered;

    /**
     * What a round saw.
     *
     * @param rate questions each second that were answered
     * @param median time of an answer, in milliseconds
     * @param slow the 99th percentile
     */
    record Round(long requests, double rate, double median, double slow) {}

    private TimingClient(List<byte[]> requests, Selector selector) {
        this.requests = requests;
        this.selector = selector;
    }

    /**
     * Each connection asks again as soon as it is answered, for a while.
     *
     * @param requests whole ones, which are sent one after the other and from the beginning again
     * @throws IOException also when an answer has another status than 200
     */
    static Round busy(int port, List<byte[]> requests, int connections, Duration length)
            throws IOException {
        return run(port, requests, connections, client -> client.busy(length.toNanos()));
    }

    /**
     * Asks evenly, so many times a second, however long the answers take. The time of an answer
     * counts from the moment at which its question was due: what waits behind a slow answer, for a
     * connection or for this client itself, is slow too.
     *
     * @param rate how many questions are due each second
     */
    static Round paced(int port, List<byte[]> requests, int connections, int rate, Duration length)
            throws IOException {
        long apart = 1_000_000_000L / rate;
        return run(
                port,
                requests,
                connections,
                client -> client.paced((int) (rate * length.toSeconds()), apart));
    }

    private interface Way {
        void ask(TimingClient client) throws IOException;
    }

    private static Round run(int port, List<byte[]> requests, int connections, Way way)
            throws IOException {
        try (var selector = Selector.open()) {
            var client = new TimingClient(requests, selector);
            for (int i = 0; i < connections; i++) {
                client.idle.add(client.new Line(port));
            }
            try {
                long start = System.nanoTime();
                way.ask(client);
                return client.told(System.nanoTime() - start);
            } finally {
                for (var key : selector.keys()) {
                    key.channel().close();
                }
            }
        }
    }

    private void busy(long length) throws IOException {
        long end = System.nanoTime() + length;
        int lines = idle.size();
        for (long now = System.nanoTime(); now < end; now = System.nanoTime()) {
            while (!idle.isEmpty()) {
                idle.poll().ask(System.nanoTime());
            }
            selector.select(PATIENCE.toMillis());
            read();
        }
        while (idle.size() < lines) {
            selector.select(PATIENCE.toMillis());
            read();
        }
    }

    private void paced(int questions, long apart) throws IOException {
        long start = System.nanoTime();
        int asked = 0;
        while (answered < questions) {
            long due = start + asked * apart;
            while (asked < questions && !idle.isEmpty() && due <= System.nanoTime()) {
                idle.poll().ask(due);
                asked++;
                due += apart;
            }
            if (selector.selectNow() == 0) {
                LockSupport.parkNanos(PAUSE);
            }
            read();
        }
    }

    private void read() throws IOException {
        long now = System.nanoTime();
        if (!selector.selectedKeys().isEmpty()) {
            heard = now;
        } else if (now - heard > PATIENCE.toNanos()) {
            throw new IOException("the server has not answered for " + PATIENCE.toSeconds() + " s");
        }
        for (var key : selector.selectedKeys()) {
            ((Line) key.attachment()).read();
        }
        selector.selectedKeys().clear();
    }

    private Round told(long nanos) {
        var taken = Arrays.copyOf(times, answered);
        return new Round(
                answered,
                answered / (nanos / 1e9),
                Statistics.median(taken),
                Statistics.quantile(0.99, taken));
    }

    /** A connection. */
    private final class Line {

        private final SocketChannel channel;
        private final ByteBuffer answer = ByteBuffer.allocate(LONGEST_ANSWER);
        private long due;

        Line(int port) throws IOException {
            channel =
                    SocketChannel.open(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, this);
        }

        void ask(long whenDue) throws IOException {
            due = whenDue;
            var request = ByteBuffer.wrap(requests.get(next));
            next = (next + 1) % requests.size();
            channel.write(request);
            if (request.hasRemaining()) {
                throw new IOException("a request has no room on its way");
            }
        }

        void read() throws IOException {
            if (channel.read(answer) < 0) {
                throw new EOFException("the server has hung up");
            }
            if (isWhole()) {
                if (answered == times.length) {
                    times = Arrays.copyOf(times, 2 * answered);
                }
                times[answered++] = (System.nanoTime() - due) / 1e6;
                answer.clear();
                idle.add(this);
            }
        }

        private boolean isWhole() throws IOException {
            int end = end();
            if (end < 0) {
                return false;
            }
            var head = new String(answer.array(), 0, end, US_ASCII);
            if (!head.startsWith("HTTP/1.1 200")) {
                throw new IOException("not answered well: " + head);
            }
            return answer.position() >= end + length(head);
        }

        /** Where the head ends; -1 for not yet. */
        private int end() {
            byte[] bytes = answer.array();
            for (int i = 3; i < answer.position(); i++) {
                if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n') {
                    return i + 1;
                }
            }
            return -1;
        }

        private static int length(String head) throws IOException {
            int at = head.toLowerCase(Locale.ROOT).indexOf(LENGTH);
            if (at < 0) {
                throw new IOException("an answer without its length");
            }
            int from = at + LENGTH.length();
            return Integer.parseInt(head.substring(from, head.indexOf('\r', from)).strip());
        }
    }
}
