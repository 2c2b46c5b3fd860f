package org.imprimatur.exchange.stratuslab;

/** Ends the reading of a document; {@link StratusLabVerifier} makes a verdict of it. */
final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final StratusLabCode code;
    private final String label;
    private final String explanation;

    Refusal(StratusLabCode code, String explanation) {
        this(code, code.label(), explanation);
    }

    /** A refusal whose label says more than its code. */
    Refusal(StratusLabCode code, String label, String explanation) {
        super(explanation, null, false, false);
        this.code = code;
        this.label = label;
        this.explanation = explanation;
    }

    StratusLabVerdict.Refused verdict() {
        return new StratusLabVerdict.Refused(label, code.unreadable(), explanation);
    }

    String explanation() {
        return explanation;
    }
}
