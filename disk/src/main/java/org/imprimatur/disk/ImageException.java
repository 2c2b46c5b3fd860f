package org.imprimatur.disk;

import java.io.IOException;

/**
 * The image, or a part of it, cannot be read, or not be used, because of what it contains. The
 * message is one sentence for people: what was found, where, and what was expected.
 *
 * <p>Every other {@link IOException} of this package means that the machine failed, not the image.
 */
public abstract sealed class ImageException extends IOException
        permits CorruptImageException, OtherDiskException, UnsupportedImageException {

    private final String explanation;

    ImageException(String explanation) {
        super(explanation);
        this.explanation = explanation;
    }

    /** The message, which is never absent here. */
    public String explanation() {
        return explanation;
    }
}
