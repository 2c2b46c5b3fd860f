package org.imprimatur.node;

import java.util.Optional;
import java.util.function.Function;
import org.imprimatur.node.catalogue.LedgerRoutes;
import org.imprimatur.node.catalogue.StatementRoutes;
import org.imprimatur.node.http.Handler;
import org.imprimatur.node.http.Problem;
import org.imprimatur.node.http.ProblemException;
import org.imprimatur.node.http.Routes;

/** Every route of a node, in reading order; {@code openapi.yaml} describes the same ones. */
final class Api {

    private Api() {}

    static Routes routes(
            StatementRoutes statements,
            LedgerRoutes ledger,
            OperationRoutes operation,
            Optional<Site> site) {
        return new Routes()
                // Statements go in, and come out with their proof.
                .post("/api/v1/statements", statements::submit)
                .get("/api/v1/statements/{id}", statements::show)
                .get("/api/v1/statements/{id}/bundle", statements::bundle)
                // What a reader must know first.
                .get("/api/v1/charter", ledger::charter)
                .get("/api/v1/policy", ledger::policy)
                // The ledger itself (C2SP tlog-tiles).
                .get("/checkpoint", ledger::checkpoint)
                .get("/tile/{path*}", ledger::tile)
                // What a site decides, and what it knows.
                .post("/access/v1/evaluation", of(site, s -> s.admission()::evaluate))
                .get("/api/v1/site/images", of(site, s -> s.routes()::images))
                .get("/api/v1/site/sources", of(site, s -> s.routes()::sources))
                // For those who run the node.
                .get("/health/live", operation::live)
                .get("/health/ready", operation::ready)
                .get("/metrics", operation::metrics);
    }

    private static Handler of(Optional<Site> site, Function<Site, Handler> handler) {
        return site.map(handler)
                .orElse(
                        _ -> {
                            throw new ProblemException(
                                    Problem.notFound(
                                            "this node is no site: its configuration has no member \"site\""));
                        });
    }
}
