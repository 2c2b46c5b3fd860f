package org.imprimatur.disk;

/** The bytes may be well-formed, but use something that is not read here, or is refused. */
public final class UnsupportedImageException extends ImageException {

    public UnsupportedImageException(String explanation) {
        super(explanation);
    }
}
