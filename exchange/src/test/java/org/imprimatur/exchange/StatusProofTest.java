package org.imprimatur.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.imprimatur.exchange.StatusVerifier.Outcome;
import org.imprimatur.ledger.Checkpoint;
import org.imprimatur.ledger.Frontier;
import org.imprimatur.ledger.Hash;
import org.imprimatur.ledger.MerkleMap;
import org.imprimatur.ledger.NoteSigner;
import org.imprimatur.ledger.SignedNote;
import org.imprimatur.register.Charter;
import org.imprimatur.register.Clause;
import org.imprimatur.register.EndorsementState;
import org.imprimatur.register.Guid;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Role;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Statement;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.StatementJson;
import org.imprimatur.register.StatusBook;
import org.imprimatur.register.StatusKey;
import org.imprimatur.register.StatusLine;
import org.junit.jupiter.api.Test;

/** Proofs of status: complete where they hold, and refused wherever something was changed. */
class StatusProofTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Guid GUID =
            new Guid(UUID.fromString("00000000-0000-4000-8000-000000000001"));
    private static final StatusKey ASKED = StatusKey.of(GUID);
    private static final StatusKey IMAGE = StatusKey.of(Sha512.of(SampleLedger.IMAGE));
    private static final StatusKey UNKNOWN =
            StatusKey.of(new Guid(UUID.fromString("00000000-0000-4000-8000-000000000002")));

    private final SampleLedger sample = new SampleLedger();
    private final List<Recorded<Statement>> said = new ArrayList<>();
    private final StatusBook book = new StatusBook();
    private StatusMap map = StatusMap.EMPTY;
    private final StatusVerifier verifier = new StatusVerifier(sample.charter, List.of());

    private final Statement endorsement = sample.endorsement(sample.alice);

    private StatementId say(Statement statement) {
        var entry =
                new Recorded<>(
                        said.size(),
                        StatementId.of(StatementJson.write(statement)),
                        statement,
                        SampleLedger.NOW.plusSeconds(said.size()));
        said.add(entry);
        book.add(entry);
        map = map.with(entry);
        return entry.id();
    }

    private StatementId story() {
        say(sample.appointment(sample.olga, sample.alice));
        say(sample.acceptance(sample.alice));
        return say(endorsement);
    }

    private Statement revocation() {
        return new Statement.Revocation(
                sample.header(sample.alice),
                Sha512.of(SampleLedger.IMAGE),
                StatementId.of(StatementJson.write(endorsement)),
                Statement.Revocation.Reason.VULNERABLE,
                "A hole.",
                List.of());
    }

    private SignedNote note() {
        return note(sample.key, List.of(map.root().line()));
    }

    private SignedNote note(NoteSigner key, List<String> extensions) {
        var leaves = new ArrayList<byte[]>();
        said.forEach(entry -> leaves.add(entry.id().hex().getBytes(UTF_8)));
        var head = Frontier.EMPTY.append(Hash.ofLeaves(leaves)).head();
        return new Checkpoint(key.name(), head, extensions).sign(key);
    }

    private StatusProof proof(StatusKey... asked) {
        return StatusProof.of(List.of(asked), note(), map, key -> book.lines(key, map.size()));
    }

    private Outcome.Proven proven(StatusProof proof) {
        var outcome = verifier.verify(StatusProof.read(proof.write()));
        assertThat(outcome).as("%s", outcome.links()).isInstanceOf(Outcome.Proven.class);
        return (Outcome.Proven) outcome;
    }

    private EndorsementState state() {
        return proven(proof(ASKED)).records().status(ASKED, SampleLedger.NOW).getFirst().state();
    }

    private void refused(StatusProof proof, String what, String found) {
        var outcome = verifier.verify(proof);
        assertThat(outcome).isInstanceOf(Outcome.NotProven.class);
        var broken = ((Outcome.NotProven) outcome).broken();
        assertThat(broken.good()).isFalse();
        assertThat(broken.what()).contains(what);
        assertThat(broken.found()).contains(found);
    }

    // ---- What is proven -----------------------------------------------------------------------

    @Test
    @Clause({"END-4.6", "EGI-5.7", "TVM-3.3"})
    void aReaderWithoutTheLedgerLearnsThatAnEndorsementStandsAndThatNothingElseWasSaid() {
        story();

        var proven = proven(proof(ASKED));

        assertThat(proven.checkpoint().size()).isEqualTo(3);
        assertThat(proven.root().newest()).isEqualTo(SampleLedger.NOW.plusSeconds(2));
        var status = proven.records().status(ASKED, SampleLedger.NOW);
        assertThat(status).hasSize(1);
        assertThat(status.getFirst().state()).isEqualTo(EndorsementState.ENDORSED);
        assertThat(status.getFirst().line().id())
                .isEqualTo(StatementId.of(StatementJson.write(endorsement)));
    }

    @Test
    @Clause({"END-4.6", "EGI-5.7", "END-4.9"})
    void eachActThatChangesTheStatusIsSeen() {
        story();
        assertThat(state()).isEqualTo(EndorsementState.ENDORSED);
        say(
                new Statement.Dismissal(
                        sample.header(sample.olga),
                        SampleLedger.BIOMED,
                        Role.ENDORSER,
                        sample.alice.person(),
                        "left"));
        assertThat(state()).isEqualTo(EndorsementState.LAPSED);
        say(sample.appointment(sample.olga, sample.alice));
        assertThat(state()).isEqualTo(EndorsementState.ENDORSED);
        var block =
                say(
                        new Statement.Block(
                                sample.header(sample.olga),
                                Sha512.of(SampleLedger.IMAGE),
                                SampleLedger.BIOMED,
                                "mining"));
        assertThat(state()).isEqualTo(EndorsementState.BLOCKED);
        say(
                new Statement.Unblock(
                        sample.header(sample.olga),
                        Sha512.of(SampleLedger.IMAGE),
                        SampleLedger.BIOMED,
                        block,
                        "cleaned"));
        assertThat(state()).isEqualTo(EndorsementState.ENDORSED);
        say(revocation());
        assertThat(state()).isEqualTo(EndorsementState.REVOKED);
    }

    @Test
    void absenceIsProven() {
        story();

        var proven = proven(proof(UNKNOWN));

        assertThat(proven.records().lines(UNKNOWN)).isEmpty();
        assertThat(proven.links().getLast().found()).contains("nothing was ever said");
    }

    @Test
    void theEmptyLedgerProvesThatNothingWasEverSaid() {
        assertThat(proven(proof(ASKED, UNKNOWN)).records().records()).isEmpty();
    }

    @Test
    void aFileCanBeAskedForToo() {
        story();
        say(revocation());

        assertThat(
                        proven(proof(IMAGE))
                                .records()
                                .status(IMAGE, SampleLedger.NOW)
                                .getFirst()
                                .state())
                .isEqualTo(EndorsementState.REVOKED);
    }

    @Test
    void aProofAtAnEarlierSizeSaysWhatWasTrueThen() {
        story();
        var before = proof(ASKED);
        var early = map;
        var note = note();
        say(revocation());

        var late = StatusProof.of(List.of(ASKED), note, early, key -> book.lines(key, 3));

        assertThat(late).isEqualTo(before);
        assertThat(state()).isEqualTo(EndorsementState.REVOKED);
    }

    // ---- What is not --------------------------------------------------------------------------

    @Test
    @Clause({"END-4.6", "EGI-5.7"})
    void aRevocationThatWasLeftOutIsMissed() {
        story();
        say(revocation());
        var honest = proof(ASKED);
        var records = new ArrayList<StatusProof.Record>();
        for (var record : honest.records()) {
            records.add(
                    new StatusProof.Record(
                            record.key(),
                            record.lines().stream()
                                    .filter(line -> !line.contains("revocation"))
                                    .toList()));
        }

        refused(
                new StatusProof(honest.asked(), honest.checkpoint(), honest.map(), records),
                "record image:",
                "not the lines");
    }

    @Test
    void aRecordThatWasLeftOutIsMissed() {
        story();
        var honest = proof(ASKED);
        for (int i = 0; i < honest.records().size(); i++) {
            var records = new ArrayList<>(honest.records());
            var gone = records.remove(i);
            // Without the image's own record nothing else was needed.
            refused(
                    new StatusProof(honest.asked(), honest.checkpoint(), honest.map(), records),
                    "record " + gone.key(),
                    "in the map and not in this proof");
        }
    }

    @Test
    void aRecordThatNobodyAskedForIsRefused() {
        story();

        refused(
                new StatusProof(List.of(UNKNOWN), note(), map.map(), proof(ASKED).records()),
                "record guid:",
                "nobody asked");
    }

    @Test
    void aRecordThatIsThereTwiceIsRefused() {
        story();
        var honest = proof(ASKED);
        var records = new ArrayList<>(honest.records());
        records.add(records.getFirst());

        refused(
                new StatusProof(honest.asked(), honest.checkpoint(), honest.map(), records),
                "record guid:",
                "twice");
    }

    @Test
    void aRecordOfSomethingThatIsNotInTheMapIsRefused() {
        story();
        var line = book.lines(ASKED, 3).getFirst().text();
        var ofUnknown = line.replace(GUID.toString(), UNKNOWN.text().substring(5));

        refused(
                new StatusProof(
                        List.of(UNKNOWN),
                        note(),
                        map.map(),
                        List.of(new StatusProof.Record(UNKNOWN, List.of(ofUnknown)))),
                "record guid:",
                "in this proof and not in the map");
    }

    @Test
    void aMapThatWasPrunedTooFarProvesNothing() {
        story();
        var honest = proof(ASKED);
        for (var kept : List.of(List.<StatusKey>of(), List.of(ASKED), List.of(ASKED, IMAGE))) {
            var places = kept.stream().map(StatusMap::place).toList();
            refused(
                    new StatusProof(
                            honest.asked(), note(), map.map().prune(places), honest.records()),
                    "record ",
                    "pruned");
        }
    }

    @Test
    void anotherMapThanTheCheckpointNamesIsRefused() {
        story();
        var before = map;
        var lines = book.lines(ASKED, 3);
        say(revocation());
        assertThat(lines).isNotEmpty();

        refused(
                StatusProof.of(List.of(ASKED), note(), before, key -> book.lines(key, 3)),
                "status root",
                "the map in this proof");
    }

    @Test
    void aCheckpointOfAnotherKeyIsRefused() {
        story();
        var forger = NoteSigner.generate(sample.key.name(), new SecureRandom());
        var honest = proof(ASKED);

        refused(
                new StatusProof(
                        honest.asked(),
                        note(forger, List.of(map.root().line())),
                        honest.map(),
                        honest.records()),
                "checkpoint",
                "no known key has signed");
    }

    @Test
    void aCheckpointOfAnotherLedgerIsRefused() {
        story();
        var other = new SampleLedger();
        var charter =
                new Charter(
                        sample.charter.origin(),
                        other.key.verifier().toString(),
                        sample.policy,
                        sample.charter.owners());

        assertThat(new StatusVerifier(charter, List.of()).verify(proof(ASKED)))
                .isInstanceOf(Outcome.NotProven.class);
    }

    @Test
    void whoExpectsTheStatusRootAndMissesItSaysSo() {
        story();
        var honest = proof(ASKED);

        refused(
                new StatusProof(
                        honest.asked(),
                        note(sample.key, List.of()),
                        honest.map(),
                        honest.records()),
                "status root",
                "has none");
    }

    @Test
    void aStatusRootThatIsNotOneIsRefused() {
        story();
        var honest = proof(ASKED);
        var good = map.root().line();
        for (var bad :
                List.of(
                        List.of(good, good),
                        List.of(good + " "),
                        List.of(good.replace(".000000Z", "Z")),
                        List.of("imprimatur/status/v1 AAAA 2026-11-21T12:00:00.000000Z"),
                        List.of("imprimatur/status/v1 "))) {
            refused(
                    new StatusProof(
                            honest.asked(), note(sample.key, bad), honest.map(), honest.records()),
                    "status root",
                    "expected");
        }
    }

    @Test
    void otherExtensionLinesAreLeftAlone() {
        story();
        var honest = proof(ASKED);
        var note = note(sample.key, List.of("somebody/else/v1 x", map.root().line()));

        proven(new StatusProof(honest.asked(), note, honest.map(), honest.records()));
    }

    /** A ledger may sign what it likes; a reader believes no line that cannot be true. */
    @Test
    void linesThatCannotBeTrueAreRefusedEvenWhenTheLedgerSignedThem() {
        story();
        var good = book.lines(IMAGE, 3).getFirst();
        lied(List.of(good, good), "stands behind");
        lied(List.of(moved(good, 3)), "of a ledger of 3");
        lied(
                List.of(book.lines(StatusKey.of(sample.alice.person()), 3).getFirst()),
                "another record");
        lied(
                List.of(
                        new StatusLine(
                                2,
                                SampleLedger.NOW.plusSeconds(60),
                                good.id(),
                                good.signer(),
                                good.act())),
                "after the newest entry");
        lied(
                List.of(
                        moved(good, 1),
                        new StatusLine(2, SampleLedger.NOW, good.id(), good.signer(), good.act())),
                "before the entry ahead");
    }

    private static StatusLine moved(StatusLine line, long index) {
        return new StatusLine(index, line.admittedAt(), line.id(), line.signer(), line.act());
    }

    private void lied(List<StatusLine> lines, String found) {
        var lie = MerkleMap.EMPTY;
        for (var line : lines) {
            lie = lie.append(StatusMap.place(IMAGE), line.bytes());
        }
        var root = new StatusRoot(lie.root(), map.newest());
        refused(
                new StatusProof(
                        List.of(IMAGE),
                        note(sample.key, List.of(root.line())),
                        lie,
                        List.of(
                                new StatusProof.Record(
                                        IMAGE, lines.stream().map(StatusLine::text).toList()))),
                "record image:",
                found);
    }

    // ---- What is no proof at all ----------------------------------------------------------------

    private void malformed(Consumer<ObjectNode> change, String explanation) {
        try {
            var json = (ObjectNode) JSON.readTree(proof(ASKED).write());
            change.accept(json);
            byte[] bytes = JSON.writeValueAsBytes(json);
            assertThatThrownBy(() -> StatusProof.read(bytes))
                    .isInstanceOf(MalformedInput.class)
                    .hasMessageContaining(explanation);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aFileThatIsNotOfTheFormIsRefusedWithTheMember() {
        story();
        malformed(json -> json.put("mediaType", "text/plain"), "mediaType");
        malformed(json -> json.put("more", 1), "more");
        malformed(json -> json.putArray("asked"), "asked");
        malformed(json -> json.putArray("asked").add("guid:1"), "asked[0]");
        malformed(json -> json.putArray("asked").add("person:" + "0".repeat(64)), "asked[0]");
        malformed(json -> json.putArray("asked").add(ASKED.text()).add(ASKED.text()), "once");
        malformed(
                json -> {
                    var asked = json.putArray("asked");
                    for (int i = 0; i <= StatusProof.MAX_ASKED; i++) {
                        asked.add("guid:" + new UUID(0, i));
                    }
                },
                "at most 64");
        malformed(json -> json.put("checkpoint", "no note"), "checkpoint");
        malformed(json -> json.put("map", "AA"), "map");
        malformed(json -> json.put("map", "!"), "map");
        malformed(json -> json.put("map", "BA=="), "map");
        malformed(json -> json.remove("records"), "records");
        malformed(json -> json.putArray("records").addObject().put("key", "x"), "records[0]");
        assertThatThrownBy(() -> StatusProof.read(new byte[StatusProof.MAX_BYTES + 1]))
                .isInstanceOf(MalformedInput.class);
    }

    @Test
    void everyChangedByteOfAProofIsNoticed() {
        story();
        say(revocation());
        var honest = proof(ASKED);
        byte[] good = honest.write();
        var expected = proven(honest).records();
        var random = new java.util.Random(1);
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= (byte) (1 << random.nextInt(7));
            try {
                var read = StatusProof.read(bad);
                if (verifier.verify(read) instanceof Outcome.Proven proven) {
                    // Only what carries nothing may change: white space of the JSON, or what is
                    // asked.
                    assertThat(proven.records()).as("byte %d", i).isEqualTo(expected);
                }
            } catch (MalformedInput e) {
                assertThat(e.explanation()).isNotBlank();
            }
        }
    }
}
