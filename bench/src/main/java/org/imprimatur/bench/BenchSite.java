package org.imprimatur.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Role;
import org.imprimatur.register.Statement;
import org.imprimatur.register.Statement.Acceptance;
import org.imprimatur.register.Statement.Appointment;
import org.imprimatur.register.Statement.Approval;
import org.imprimatur.register.StatementId;
import org.imprimatur.trust.Envelope;
import org.imprimatur.trust.SigningKey;
import org.imprimatur.trust.StatementSigner;

/** A site that follows the catalogue of a {@link BenchNode}, with those who speak for it. */
final class BenchSite {

    static final Origin ORIGIN = new Origin("site.example/bench");
    static final Owner SITE = Owner.parse("site:bench");

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Pattern SIZE = Pattern.compile("\"size\":([0-9]+)");

    private final BenchNode bench;
    private final SigningKey approver;
    private final SigningKey officer;

    private BenchSite(BenchNode bench) {
        this.bench = bench;
        approver = bench.issue("Abel Approver");
        officer = bench.issue("Oskar Officer");
    }

    /**
     * Writes the site's configuration.
     *
     * @param rules the members of the site's file besides owner, sources and store
     */
    static BenchSite following(BenchNode bench, BenchNode.Running catalogue, String rules)
            throws IOException {
        var directory = bench.directory();
        Files.writeString(directory.resolve("charter.json"), catalogue.get("/api/v1/charter"));
        Files.writeString(
                directory.resolve("site-node.yaml"),
                bench.configuration(ORIGIN, "site-data", SITE) + "site: site.yaml\n");
        Files.writeString(
                directory.resolve("site.yaml"),
                """
                owner: "%s"
                follow:
                  - {url: "http://127.0.0.1:%d", charter: charter.json, poll: 10s}
                max-staleness: 15m
                store: store
                """
                                .formatted(SITE, catalogue.port())
                        + rules);
        return new BenchSite(bench);
    }

    /** Starts it; when this returns, it serves, and has perhaps seen nothing yet. */
    BenchNode.Running start() throws IOException {
        return bench.start("site-node.yaml", "site-data");
    }

    /** Waits until so many entries of the catalogue are verified. */
    static void await(BenchNode.Running site, long entries)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        while (size(site) < entries) {
            if (System.nanoTime() - start > PATIENCE.toNanos()) {
                throw new IOException("the follower does not get there");
            }
            Thread.sleep(100);
        }
    }

    private static long size(BenchNode.Running site) throws IOException {
        var found = SIZE.matcher(site.get("/api/v1/site/sources"));
        return found.find() ? Long.parseLong(found.group(1)) : 0;
    }

    /** Who approves there. */
    SigningKey approver() {
        return approver;
    }

    /** Who suspends and blocks there. */
    SigningKey officer() {
        return officer;
    }

    byte[] sign(Statement statement, SigningKey signer) {
        return StatementSigner.sign(statement, signer);
    }

    /** Envelopes, to be submitted in order, with which approver and officer begin. */
    List<byte[]> appoint() {
        var envelopes = new ArrayList<byte[]>();
        appoint(Role.SITE_APPROVER, approver, envelopes);
        appoint(Role.SECURITY_OFFICER, officer, envelopes);
        return envelopes;
    }

    private void appoint(Role role, SigningKey person, List<byte[]> envelopes) {
        envelopes.add(
                sign(
                        new Appointment(
                                bench.header(ORIGIN, bench.appointer()),
                                SITE,
                                role,
                                person.person(),
                                "Somebody",
                                "security@example.org",
                                "what the site runs"),
                        bench.appointer()));
        envelopes.add(
                sign(new Acceptance(bench.header(ORIGIN, person), BenchNode.policy()), person));
    }

    /** Envelopes that approve what {@link BenchNode#endorse} gave. */
    List<byte[]> approve(List<byte[]> endorsements) {
        return IntStream.range(0, endorsements.size() - 2)
                .parallel()
                .mapToObj(
                        i ->
                                sign(
                                        new Approval(
                                                bench.header(ORIGIN, approver),
                                                BenchNode.image(i),
                                                SITE,
                                                BenchNode.ORIGIN,
                                                id(endorsements.get(i + 2))),
                                        approver))
                .toList();
    }

    /** The id of the statement in an envelope. */
    static StatementId id(byte[] envelope) {
        return StatementId.of(Envelope.parse(envelope).payload());
    }
}
