package org.imprimatur.disk;

/** The bytes contradict their own format: truncated, damaged, or made to harm. */
public final class CorruptImageException extends ImageException {

    public CorruptImageException(String explanation) {
        super(explanation);
    }
}
