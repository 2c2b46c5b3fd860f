package org.imprimatur.node.admission;

import java.time.Instant;
import java.util.UUID;
import org.imprimatur.node.follow.Seen;
import org.imprimatur.register.Inquiry;

/**
 * A decision as it was given: for whom, when, under which name it is recorded, and what was in
 * view.
 */
record Given(UUID id, Instant at, Inquiry asked, Judged judged, Seen seen) {}
