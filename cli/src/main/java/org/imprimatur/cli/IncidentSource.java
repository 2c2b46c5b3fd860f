package org.imprimatur.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.imprimatur.cli.IncidentFile.Finding;
import org.imprimatur.exchange.Bundle;
import org.imprimatur.exchange.BundleVerifier;
import org.imprimatur.exchange.StatusProof;
import org.imprimatur.exchange.StatusVerifier;
import org.imprimatur.register.Charter;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Statement;
import org.imprimatur.register.StatementId;
import org.imprimatur.trust.StatementVerifier;
import org.imprimatur.trust.TrustAnchors;

/**
 * A node that an incident file is put together from, and what its answers are checked by. Each
 * answer becomes a part of the file, or is named as missing.
 *
 * @param url how the file names it
 * @param charter of its ledger
 * @param anchors by which signatures are checked; empty for proofs alone
 * @param asked the parts that were asked for, which are not asked for again
 */
record IncidentSource(
        String url,
        NodeClient client,
        Charter charter,
        Optional<TrustAnchors> anchors,
        IncidentFile file,
        Set<String> asked) {

    private static final int MAX_JSON = 16 << 20;
    private static final int MAX_ATTACHMENT = 64 << 20;

    /** Where the parts of its ledger stand in the file. */
    String directory() {
        return fileName(charter.origin().text());
    }

    /** A name that is safe as a part of a path, and not one that means another place. */
    static String fileName(String text) {
        var safe = text.replaceAll("[^A-Za-z0-9._+-]", "_");
        return safe.matches("\\.*") ? "_" + safe : safe;
    }

    /** What a path answers, as a part, once; empty where it could not be had. */
    Optional<byte[]> part(
            String name, String what, String path, int limit, Function<byte[], Finding> check) {
        if (!asked.add(name)) {
            return file.content(name);
        }
        byte[] bytes;
        try {
            bytes = client.bytes(path, limit);
        } catch (CommandFailure e) {
            file.missing(what, url + path, e.explanation());
            return Optional.empty();
        }
        file.add(name, what, url + path, bytes, checked(bytes, check));
        return Optional.of(bytes);
    }

    private static Finding checked(byte[] bytes, Function<byte[], Finding> check) {
        try {
            return check.apply(bytes);
        } catch (CommandFailure e) {
            return Finding.bad(e.explanation());
        } catch (MalformedInput e) {
            return Finding.bad("it is not of the documented form: " + e.explanation());
        }
    }

    /** What nobody but the node says; empty where it is not even JSON. */
    Optional<byte[]> word(String name, String what, String path) {
        return part(
                        name,
                        what,
                        path,
                        MAX_JSON,
                        bytes -> isJson(bytes) ? Finding.NONE : Finding.bad("it is no JSON"))
                .filter(IncidentSource::isJson);
    }

    private static boolean isJson(byte[] bytes) {
        try {
            NodeClient.json(bytes);
            return true;
        } catch (CommandFailure _) {
            return false;
        }
    }

    /** A document that a statement names by its digest. */
    void attachment(String name, String what, Sha256 digest) {
        part(
                name,
                what,
                "/api/v1/attachments/" + digest,
                MAX_ATTACHMENT,
                bytes ->
                        Sha256.of(bytes).equals(digest)
                                ? Finding.good("it has the digest that the endorsement signs")
                                : Finding.bad(
                                        "it is another document than the %s that the endorsement signs"
                                                .formatted(digest)));
    }

    /** The bundle of an endorsement; gives the endorsement, where it is proven. */
    Optional<Statement.Endorsement> bundle(String name, StatementId id) {
        return part(
                        name,
                        "the endorsement with all that it rests on",
                        "/api/v1/statements/%s/bundle".formatted(id.hex()),
                        Bundle.MAX_BYTES,
                        bytes -> bundle(bytes, id))
                .flatMap(bytes -> endorsement(bytes, id));
    }

    private Finding bundle(byte[] bytes, StatementId id) {
        if (endorsement(bytes, id).isEmpty()) {
            return Finding.bad("it is not the bundle of that endorsement");
        }
        if (anchors.isEmpty()) {
            return Finding.good(
                    "in the ledger, and so is all that it rests on; signatures not checked");
        }
        return switch (new BundleVerifier(charter, anchors.get()).verify(Bundle.read(bytes))) {
            case BundleVerifier.Outcome.Verified _ ->
                    Finding.good("verified: proofs, signatures, and the rules of the register");
            case BundleVerifier.Outcome.Refused refused ->
                    Finding.bad(refused.broken().what() + ": " + refused.broken().found());
        };
    }

    private Optional<Statement.Endorsement> endorsement(byte[] bytes, StatementId id) {
        try {
            var bundle = Bundle.read(bytes);
            bundle.support().forEach(this::proven);
            var proven = proven(bundle.entry());
            return proven.id().equals(id)
                            && proven.statement() instanceof Statement.Endorsement endorsement
                    ? Optional.of(endorsement)
                    : Optional.empty();
        } catch (CommandFailure | MalformedInput _) {
            return Optional.empty();
        }
    }

    private ProvenStatement proven(Bundle.Proven one) {
        return ProvenStatement.read(
                one.entry().admittedAt().toString(),
                one.entry().envelope(),
                one.proof().toString(),
                charter);
    }

    /** Every statement about something, each with its proof. */
    void history(String name, String what, String path) {
        part(name, what, path, MAX_JSON, bytes -> history(NodeClient.json(bytes)));
    }

    private Finding history(JsonNode answer) {
        var verifier = anchors.map(StatementVerifier::new);
        int count = 0;
        for (var one : answer.path("statements")) {
            var proven = ProvenStatement.ofEntry(one, charter);
            count++;
            if (verifier.isPresent()
                    && verifier.get().verify(proven.envelope(), proven.admittedAt())
                            instanceof StatementVerifier.NotVerified not) {
                return Finding.bad(
                        "the signature of entry %d: %s".formatted(proven.index(), not.code()));
            }
        }
        return Finding.good(
                "%d statements, each proven to be in the ledger%s"
                        .formatted(
                                count,
                                verifier.isPresent()
                                        ? ", with good signatures"
                                        : "; signatures not checked"));
    }

    /** How images stand, with the proof that nothing was left out. */
    void status(String name, String what, String query) {
        part(
                name,
                what,
                "/api/v1/status?" + query,
                StatusProof.MAX_BYTES,
                bytes ->
                        switch (new StatusVerifier(charter, List.of())
                                .verify(StatusProof.read(bytes))) {
                            case StatusVerifier.Outcome.Proven proven ->
                                    Finding.good(
                                            "proven, known as of "
                                                    + StatusAnswer.knownAsOf(proven));
                            case StatusVerifier.Outcome.NotProven not ->
                                    Finding.bad(not.broken().what() + ": " + not.broken().found());
                        });
    }
}
