package org.imprimatur.node.admission;

import java.time.Instant;
import java.util.UUID;
import org.imprimatur.register.Decision;
import org.imprimatur.register.DecisionRequest;

/** A decision as it was given: for whom, when, and under which name it is recorded. */
record Given(UUID id, Instant at, DecisionRequest request, Decision decision) {}
