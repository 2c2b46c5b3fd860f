package org.imprimatur.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;
import org.imprimatur.ledger.WitnessRequest.Judgement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each named bad file gets the verdict that stands beside its name. */
class HostileFilesTest {

    private static final NoteVerifier LEDGER = SampleKeys.ledger();
    private static final List<NoteVerifier> WITNESSES = List.of(SampleKeys.witness().verifier());
    private static final TreeHead COSIGNED = SampleTree.ofNumbers(256).head();

    static Stream<Arguments> files() {
        return HostileFiles.verdicts().entrySet().stream()
                .map(file -> Arguments.of(file.getKey(), file.getValue()));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("files")
    void theFileGetsItsVerdict(String name, String verdict) {
        var bytes = HostileFiles.read(name);
        var found =
                switch (name.substring(0, name.indexOf('/'))) {
                    case "note" -> note(bytes);
                    case "proof" -> proof(bytes);
                    case "witness-request" -> request(bytes);
                    default -> throw new AssertionError(name);
                };

        assertThat(found).isEqualTo(verdict);
    }

    private static String note(byte[] bytes) {
        SignedNote note;
        try {
            note = SignedNote.parse(bytes);
        } catch (MalformedInput refused) {
            assertThat(refused.explanation().length()).isLessThan(300);
            return "MALFORMED";
        }
        assertThat(note.bytes()).isEqualTo(bytes);
        return switch (VerifiedCheckpoint.check(note, LEDGER, WITNESSES)) {
            case VerifiedCheckpoint.Check.Good _ -> "GOOD";
            case VerifiedCheckpoint.Check.BadSignature _ -> "REJECTED";
            case VerifiedCheckpoint.Check.WrongOrigin _ -> "WRONG-ORIGIN";
            case VerifiedCheckpoint.Check.NotACheckpoint _ -> "NOT-A-CHECKPOINT";
        };
    }

    private static String proof(byte[] bytes) {
        ProofFile file;
        try {
            file = ProofFile.parse(bytes);
        } catch (MalformedInput refused) {
            assertThat(refused.explanation().length()).isLessThan(300);
            return "MALFORMED";
        }
        assertThat(file.bytes()).isEqualTo(bytes);
        var leaf = SampleTree.ofNumbers(300).leaves.get(257);
        return switch (file.check(leaf, LEDGER, WITNESSES)) {
            case ProofFile.Check.Proven _ -> "PROVEN";
            case ProofFile.Check.NotProven _ -> "NOT-PROVEN";
        };
    }

    /** The status that a witness answers which has cosigned 256 entries of this one ledger. */
    private static String request(byte[] bytes) {
        WitnessRequest request;
        try {
            request = WitnessRequest.parse(bytes);
        } catch (MalformedInput refused) {
            assertThat(refused.explanation().length()).isLessThan(300);
            return "400";
        }
        assertThat(request.bytes()).isEqualTo(bytes);
        if (!request.origin().equals(LEDGER.name())) {
            return "404";
        }
        return switch (request.judge(LEDGER, COSIGNED)) {
            case Judgement.Consistent _ -> "200";
            case Judgement.Malformed _ -> "400";
            case Judgement.NotSigned _ -> "403";
            case Judgement.OtherSize(long latest) -> latest == 256 ? "409" : "wrong size";
            case Judgement.NotProven _, Judgement.SplitView _ -> "422";
        };
    }

    @Test
    void everyFileHasAVerdict() throws IOException {
        try (var files = Files.walk(HostileFiles.HOME)) {
            assertThat(
                            files.filter(Files::isRegularFile)
                                    .map(file -> HostileFiles.HOME.relativize(file).toString())
                                    .filter(name -> !name.equals("verdicts.txt")))
                    .containsExactlyInAnyOrderElementsOf(HostileFiles.verdicts().keySet());
        }
    }
}
