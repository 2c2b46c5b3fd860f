package org.imprimatur.node.transfer;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.imprimatur.node.fetch.FetchFailed;

/** A file of this machine. */
final class FileLocation implements Location {

    private final URI uri;
    private final Path path;
    private final long bytes;

    /**
     * A file.
     *
     * @throws FetchFailed when it cannot be one
     */
    FileLocation(URI uri, long bytes) throws FetchFailed {
        this.uri = uri;
        this.bytes = bytes;
        try {
            path = Path.of(uri);
        } catch (IllegalArgumentException e) {
            throw new FetchFailed(uri + " is no path of a file");
        }
    }

    @Override
    public String name() {
        return uri.toString();
    }

    @Override
    public String host() {
        return "";
    }

    @Override
    public boolean inPieces() {
        return false;
    }

    @Override
    public Opened open(long from, long to) throws IOException {
        if (!Files.isRegularFile(path)) {
            throw new FetchFailed(uri + " is no file that can be read");
        }
        InputStream in;
        try {
            long size = Files.size(path);
            if (size != bytes) {
                throw HttpLocation.wrongLength(name(), size, bytes);
            }
            in = Files.newInputStream(path);
        } catch (WrongContent e) {
            throw e;
        } catch (IOException e) {
            throw unreadable(e);
        }
        try {
            in.skipNBytes(from);
        } catch (IOException e) {
            in.close();
            throw unreadable(e);
        }
        return new Opened(
                from,
                to,
                new FilterInputStream(in) {
                    @Override
                    public int read(byte[] into, int offset, int length) throws IOException {
                        try {
                            return super.read(into, offset, length);
                        } catch (IOException e) {
                            throw unreadable(e);
                        }
                    }
                });
    }

    @Override
    public InputStream beside(String suffix) throws IOException {
        var other = path.resolveSibling(path.getFileName() + suffix);
        if (!Files.isRegularFile(other)) {
            throw new FetchFailed(other + " is no file that can be read");
        }
        return Files.newInputStream(other);
    }

    private FetchFailed unreadable(IOException e) {
        return new FetchFailed(uri + " cannot be read: " + e.getMessage());
    }
}
