package org.imprimatur.register;

import org.jspecify.annotations.Nullable;

/**
 * In the name of which team somebody acts (EGI-6.individual).
 *
 * @param individual who acted, where the key is one that the team shares; null where the signer's
 *     certificate is their own
 */
public record TeamAct(Team team, @Nullable Person individual) {}
