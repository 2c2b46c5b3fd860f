package org.imprimatur.node.admission;

import java.time.Instant;
import org.imprimatur.register.DecisionRequest;

/** What a decision that is on record permitted or denied, and when. */
public record Decided(Instant at, boolean permitted, DecisionRequest request) {}
