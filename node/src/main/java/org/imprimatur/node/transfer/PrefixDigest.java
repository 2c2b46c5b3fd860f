package org.imprimatur.node.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.imprimatur.register.Sha512;

/**
 * The SHA-512 of a file while it is gathered: a thread of its own follows what is there from the
 * beginning on, and reads it from the file, so that the digest is of what the file holds.
 */
final class PrefixDigest implements AutoCloseable {

    private static final int AT_ONCE = 1 << 18;

    private final PartFile part;
    private final CompletableFuture<Sha512> result = new CompletableFuture<>();
    private final Thread thread;

    private PrefixDigest(PartFile part) {
        this.part = part;
        // It computes all the time, and so is none of the threads that share processors.
        thread = Thread.ofPlatform().daemon().name("digest " + part.path()).unstarted(this::run);
    }

    static PrefixDigest follow(PartFile part) {
        var digest = new PrefixDigest(part);
        digest.thread.start();
        return digest;
    }

    private void run() {
        try (var in = Files.newInputStream(part.path())) {
            result.complete(digest(in));
        } catch (IOException | InterruptedException | RuntimeException e) {
            result.completeExceptionally(e);
        }
    }

    private Sha512 digest(InputStream in) throws IOException, InterruptedException {
        var digest = sha512();
        var buffer = new byte[AT_ONCE];
        long at = 0;
        while (at < part.bytes()) {
            long prefix = part.awaitPrefix(at);
            if (prefix <= at) {
                throw new IOException("the file was closed after %d bytes".formatted(at));
            }
            while (at < prefix) {
                int read = in.read(buffer, 0, (int) Math.min(buffer.length, prefix - at));
                if (read < 0) {
                    throw new IOException("the file ends after %d bytes".formatted(at));
                }
                digest.update(buffer, 0, read);
                at += read;
            }
        }
        return Sha512.ofBytes(digest.digest());
    }

    static MessageDigest sha512() {
        try {
            return MessageDigest.getInstance("SHA-512");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("the JDK has SHA-512", e);
        }
    }

    /** Waits for the file to be whole, and gives its digest. */
    Sha512 await() throws IOException, InterruptedException {
        try {
            return result.get();
        } catch (ExecutionException e) {
            throw new IOException("it cannot be digested: " + e.getCause(), e.getCause());
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
