package org.imprimatur.node.transfer;

import java.io.IOException;

/** What a location serves is not the image. */
final class WrongContent extends IOException {

    private static final long serialVersionUID = 1;

    private final String explanation;

    WrongContent(String explanation) {
        super(explanation);
        this.explanation = explanation;
    }

    /** One sentence for people, with the location. */
    String explanation() {
        return explanation;
    }
}
