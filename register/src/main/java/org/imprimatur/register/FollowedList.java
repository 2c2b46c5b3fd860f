package org.imprimatur.register;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A signed list of images that a site follows, in the state that it last verified (WLCG-12). A
 * value: it never changes.
 *
 * @param name the site's name for it, as a catalogue: {@code list:NAME}
 * @param owner for whom the site takes its word
 * @param signer who has signed this state, or is to sign the first
 * @param state how many states the site has taken, this one among them; 0 for none
 * @param contact the address of who signs it; empty where the list has none
 * @param expires when this state ends; null where there is none
 * @param verifiedAt when this state was last found to be the newest, and good; null for never
 * @param fault what is wrong with the list; null for nothing. Not being able to fetch it is no
 *     fault: its view grows stale
 */
public record FollowedList(
        Origin name,
        Owner owner,
        Person signer,
        long state,
        String contact,
        @Nullable Instant expires,
        @Nullable Instant verifiedAt,
        @Nullable String fault,
        ListedImages images) {

    public FollowedList {
        Text.range("state", state, 0, Long.MAX_VALUE);
    }

    /** An entry of it. */
    public Candidate.Listed candidate(ListedImage entry) {
        return new Candidate.Listed(name, owner, signer, entry);
    }

    /** An entry of it by its id. */
    public Optional<Candidate.Listed> find(StatementId id) {
        return images.find(id).map(this::candidate);
    }
}
