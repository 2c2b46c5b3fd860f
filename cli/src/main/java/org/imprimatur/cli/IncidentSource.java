package org.imprimatur.cli;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.imprimatur.cli.IncidentFile.Finding;
import org.imprimatur.exchange.Bundle;
import org.imprimatur.exchange.BundleVerifier;
import org.imprimatur.exchange.StatusProof;
import org.imprimatur.exchange.StatusVerifier;
import org.imprimatur.register.Charter;
import org.imprimatur.register.Guid;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Person;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Statement;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.StatusKey;
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

    /**
     * The part that the others follow from.
     *
     * @throws CommandFailure where it cannot be had: nothing is collected of what is not known
     *     there
     */
    byte[] first(String name, String what, String path, Function<byte[], Finding> check) {
        var bytes = client.bytes(path, MAX_JSON);
        asked.add(name);
        file.add(name, what, url + path, bytes, checked(bytes, check));
        return bytes;
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
        return part(name, what, path, MAX_JSON, IncidentSource::word)
                .filter(IncidentSource::isJson);
    }

    /** What can be found of a word that nothing proves. */
    static Finding word(byte[] bytes) {
        return isJson(bytes) ? Finding.NONE : Finding.bad("it is no JSON");
    }

    private static boolean isJson(byte[] bytes) {
        try {
            return !NodeClient.json(bytes).isMissingNode();
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

    /** Every statement about an image, each with its proof. */
    void history(String name, Guid image) {
        var path = "/api/v1/images/%s/history".formatted(image);
        part(
                name,
                "every statement about the image",
                path,
                MAX_JSON,
                bytes -> history(IncidentHistory.of(image, bytes, charter), path));
    }

    /** Every statement about an endorser, each with its proof. */
    void history(Sha256 endorser) {
        var path = historyOf(endorser);
        part(
                partOf(endorser),
                "every statement about the endorser",
                path,
                MAX_JSON,
                bytes -> history(IncidentHistory.of(endorser, bytes, charter), path));
    }

    /**
     * Every statement about the person in question, each with its proof; gives who that is, where a
     * statement proves it.
     *
     * @throws CommandFailure where the ledger knows nobody of that digest
     */
    Optional<Person> person(Sha256 digest) {
        var path = historyOf(digest);
        var found = new AtomicReference<Optional<Person>>(Optional.empty());
        first(
                partOf(digest),
                "every statement about the person",
                path,
                bytes -> {
                    var history = IncidentHistory.of(digest, bytes, charter);
                    found.set(history.person());
                    return history(history, path);
                });
        return found.get();
    }

    private String partOf(Sha256 person) {
        return "%s/people/%s.json".formatted(directory(), person.hex());
    }

    private static String historyOf(Sha256 person) {
        return "/api/v1/people/%s/history".formatted(person.hex());
    }

    private Finding history(IncidentHistory history, String path) {
        history.faults()
                .forEach(fault -> file.missing("a statement of a history", url + path, fault));
        if (!history.faults().isEmpty()) {
            return Finding.bad(
                    "%d of %d statements are not proven to be what was asked for"
                            .formatted(
                                    history.faults().size(),
                                    history.faults().size() + history.statements().size()));
        }
        var verifier = anchors.map(StatementVerifier::new);
        for (var one : history.statements()) {
            if (verifier.isPresent()
                    && verifier.get().verify(one.envelope(), one.admittedAt())
                            instanceof StatementVerifier.NotVerified not) {
                return Finding.bad(
                        "the signature of entry %d: %s".formatted(one.index(), not.code()));
            }
        }
        return Finding.good(
                "%d statements, each proven to be in the ledger%s"
                        .formatted(
                                history.statements().size(),
                                anchors.isPresent()
                                        ? ", with good signatures"
                                        : "; signatures not checked"));
    }

    /** How images stand, with the proof that nothing was left out. */
    void status(String name, String what, StatusKey asked) {
        part(
                name,
                what,
                "/api/v1/status?" + asked.text().replaceFirst(":", "="),
                StatusProof.MAX_BYTES,
                bytes -> status(StatusProof.read(bytes), asked));
    }

    private Finding status(StatusProof proof, StatusKey asked) {
        if (!proof.asked().contains(asked)) {
            return Finding.bad("it proves nothing about " + asked);
        }
        return switch (new StatusVerifier(charter, List.of()).verify(proof)) {
            case StatusVerifier.Outcome.Proven proven ->
                    Finding.good("proven, known as of " + StatusAnswer.knownAsOf(proven));
            case StatusVerifier.Outcome.NotProven not ->
                    Finding.bad(not.broken().what() + ": " + not.broken().found());
        };
    }
}
