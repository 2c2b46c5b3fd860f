package org.imprimatur.register;

/** What a register says of a statement that wants to be admitted. */
public sealed interface Judgement {

    /** Every rule holds. */
    record Admissible() implements Judgement {}

    /** The same payload is there already; it is answered with its index and changes nothing. */
    record Duplicate(long index) implements Judgement {}

    /** A rule is broken. */
    record Refused(Refusal refusal) implements Judgement {}
}
