package org.imprimatur.node.catalogue;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.stream.Collectors;
import org.imprimatur.exchange.StatusProof;
import org.imprimatur.ledger.Checkpoint;
import org.imprimatur.ledger.MerkleMap;
import org.imprimatur.node.http.Answer;
import org.imprimatur.node.http.Problem;
import org.imprimatur.node.http.ProblemException;
import org.imprimatur.node.http.Request;
import org.imprimatur.register.Guid;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.StatusKey;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/status}: how images stand, with the proof that nothing was left out. */
public final class StatusRoutes {

    private final LedgerState state;
    private final Cosignatures cosignatures;

    /** The status of the images of this ledger. */
    public StatusRoutes(LedgerState state, Cosignatures cosignatures) {
        this.state = state;
        this.cosignatures = cosignatures;
    }

    /** A status proof for the images and files that are asked for. */
    public Answer show(Request request) {
        request.checkQuery("guid", "image", "size", "cosignatures");
        var asked = new LinkedHashSet<StatusKey>();
        request.queries("guid", StatusProof.MAX_ASKED, Guid::parse)
                .forEach(guid -> asked.add(StatusKey.of(guid)));
        request.queries("image", StatusProof.MAX_ASKED, Sha512::parse)
                .forEach(image -> asked.add(StatusKey.of(image)));
        if (asked.isEmpty() || asked.size() > StatusProof.MAX_ASKED) {
            throw new ProblemException(
                    Problem.malformed(
                            "%d images are asked for; expected 1 to %d, each guid=GUID or image=sha512:HEX"
                                    .formatted(asked.size(), StatusProof.MAX_ASKED)));
        }
        var size = size(request);
        var proof =
                state.status(new ArrayList<>(asked), size)
                        .orElseThrow(() -> new ProblemException(notKept(size)))
                        .with(cosignatures::shown);
        byte[] bytes = proof.write();
        if (bytes.length > StatusProof.MAX_BYTES
                || proof.map().bytes().length > MerkleMap.MAX_BYTES) {
            throw new ProblemException(
                    Problem.tooLarge(
                                    "the proof for these %d images is larger than proofs may be"
                                            .formatted(asked.size()))
                            .advising("Ask for fewer images at a time."));
        }
        return new Answer.Content(
                200, StatusProof.MEDIA_TYPE, bytes, Map.of("Cache-Control", "no-cache"));
    }

    private @Nullable Long size(Request request) {
        var least = request.query("cosignatures", LedgerRoutes::count);
        var size = request.query("size", Long::parseUnsignedLong);
        if (least.isEmpty()) {
            return size.orElse(null);
        }
        if (size.isPresent()) {
            throw new ProblemException(
                    Problem.malformed("either a size or a number of cosignatures, not both"));
        }
        return cosignatures
                .newest(least.get())
                .map(note -> Checkpoint.parse(note.text()).size())
                .orElseThrow(
                        () ->
                                new ProblemException(
                                        Problem.notFound(
                                                "no checkpoint has so many cosignatures")));
    }

    private Problem notKept(@Nullable Long size) {
        var sizes =
                state.statusSizes().stream().map(String::valueOf).collect(Collectors.joining(", "));
        return Problem.sizeNotKept(
                "there is no checkpoint of %s entries with a status root here; there are those of %s"
                        .formatted(
                                size == null ? "any number of" : size,
                                sizes.isEmpty() ? "no size" : sizes));
    }
}
