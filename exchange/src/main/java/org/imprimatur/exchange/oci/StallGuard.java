package org.imprimatur.exchange.oci;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Ends a stream from which nothing came for some time: whoever reads it then gets a failure. */
final class StallGuard extends FilterInputStream {

    private final AtomicLong lastRead = new AtomicLong(System.nanoTime());
    private final Thread watch;

    StallGuard(InputStream in, Duration patience) {
        super(in);
        this.watch =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        while (System.nanoTime() - lastRead.get()
                                                < patience.toNanos()) {
                                            Thread.sleep(Duration.ofSeconds(1));
                                        }
                                        in.close();
                                    } catch (InterruptedException | IOException e) {
                                        // Closed by its reader, or beyond closing: nothing is left
                                        // to watch.
                                        Thread.currentThread().interrupt();
                                    }
                                });
    }

    @Override
    public int read() throws IOException {
        int read = super.read();
        lastRead.set(System.nanoTime());
        return read;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int read = super.read(buffer, offset, length);
        lastRead.set(System.nanoTime());
        return read;
    }

    @Override
    public void close() throws IOException {
        watch.interrupt();
        super.close();
    }
}
