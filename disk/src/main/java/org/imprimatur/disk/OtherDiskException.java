package org.imprimatur.disk;

/** The image can be read, and holds another disk than the one that was asked for. */
public final class OtherDiskException extends ImageException {

    OtherDiskException(String explanation) {
        super(explanation);
    }
}
