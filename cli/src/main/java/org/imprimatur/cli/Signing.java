package org.imprimatur.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.function.BiFunction;
import org.imprimatur.register.Charter;
import org.imprimatur.register.Header;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Nonce;
import org.imprimatur.register.Statement;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.StatementJson;
import org.imprimatur.trust.SigningKey;
import org.imprimatur.trust.StatementSigner;
import picocli.CommandLine.Mixin;

/** What every command that signs a statement does: sign it, submit it, and check the answer. */
final class Signing {

    @Mixin private final KeyOptions key = new KeyOptions();

    @Mixin private final NodeOptions node = new NodeOptions();

    /** A statement that is in the ledger, as proven by the node. */
    record Admitted(StatementId id, long index, Instant admittedAt, Charter charter) {

        ObjectNode json() {
            return Output.object()
                    .put("id", id.hex())
                    .put("index", index)
                    .put("admittedAt", admittedAt.toString())
                    .put("ledger", charter.origin().text());
        }
    }

    SigningKey readKey(Output output) {
        return key.read(output);
    }

    NodeOptions.Connection connect(Output output) throws IOException {
        return node.connect(output);
    }

    /** The whole of a plain signing command: says what was done, and returns the exit status. */
    int submit(
            Output output, String done, BiFunction<NodeOptions.Connection, Header, Statement> act)
            throws IOException {
        return submit(output, done, Output.object(), act);
    }

    /**
     * As above.
     *
     * @param about what the JSON answer says besides; the act may add to it
     */
    int submit(
            Output output,
            String done,
            ObjectNode about,
            BiFunction<NodeOptions.Connection, Header, Statement> act)
            throws IOException {
        var signingKey = readKey(output);
        var connection = connect(output);
        var statement = made(act, connection, header(connection.charter(), signingKey));
        var admitted = submit(connection, statement, signingKey);
        output.line("%s", done);
        output.line(
                "  entry %d of %s, admitted %s, proof verified",
                admitted.index(), admitted.charter().origin(), admitted.admittedAt());
        output.line("  statement %s", admitted.id().hex());
        var document = admitted.json();
        document.setAll(about);
        output.document(document);
        return ExitCode.DONE.status();
    }

    /** What a statement refuses, somebody has typed: the node's answers are checked before. */
    private static Statement made(
            BiFunction<NodeOptions.Connection, Header, Statement> act,
            NodeOptions.Connection connection,
            Header header) {
        try {
            return act.apply(connection, header);
        } catch (MalformedInput wrong) {
            throw new CommandFailure(ExitCode.USAGE, wrong.explanation(), wrong);
        }
    }

    static Header header(Charter charter, SigningKey signingKey) {
        return new Header(
                charter.origin(),
                signingKey.person(),
                At.CLOCK.instant(),
                Nonce.random(new SecureRandom()));
    }

    /** Signs, submits, and checks the proof that comes back. */
    static Admitted submit(
            NodeOptions.Connection connection, Statement statement, SigningKey signingKey) {
        var payload = StatementJson.write(statement);
        var envelope = StatementSigner.sign(payload, signingKey);
        var answer = connection.client().submit(envelope);
        var proven =
                ProvenStatement.read(
                        answer.path("admittedAt").asText(),
                        envelope,
                        answer.path("proof").asText(),
                        connection.charter());
        return new Admitted(
                StatementId.of(payload), proven.index(), proven.admittedAt(), connection.charter());
    }
}
