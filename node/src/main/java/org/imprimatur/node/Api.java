package org.imprimatur.node;

import java.util.Optional;
import java.util.function.Function;
import org.imprimatur.node.catalogue.AttachmentRoutes;
import org.imprimatur.node.catalogue.EventRoutes;
import org.imprimatur.node.catalogue.FileRoutes;
import org.imprimatur.node.catalogue.ImageRoutes;
import org.imprimatur.node.catalogue.LedgerRoutes;
import org.imprimatur.node.catalogue.PeopleRoutes;
import org.imprimatur.node.catalogue.StatementRoutes;
import org.imprimatur.node.catalogue.StatusRoutes;
import org.imprimatur.node.follow.AlarmRoutes;
import org.imprimatur.node.http.Handler;
import org.imprimatur.node.http.Problem;
import org.imprimatur.node.http.ProblemException;
import org.imprimatur.node.http.Routes;
import org.imprimatur.node.lists.ListRoutes;
import org.imprimatur.node.watch.AdvisoryRoutes;
import org.imprimatur.node.web.PageRoutes;
import org.imprimatur.node.witness.WitnessRoutes;
import org.imprimatur.node.witness.WitnessesRoute;

/** Every route of a node, in reading order; {@code openapi.yaml} describes the same ones. */
final class Api {

    private Api() {}

    static Routes routes(
            StatementRoutes statements,
            AttachmentRoutes attachments,
            ImageRoutes images,
            StatusRoutes status,
            LedgerRoutes ledger,
            PeopleRoutes people,
            EventRoutes events,
            FileRoutes files,
            OperationRoutes operation,
            Optional<Site> site,
            Optional<WitnessRoutes> witness,
            WitnessesRoute witnesses,
            AlarmRoutes alarms,
            Optional<AdvisoryRoutes> advisories,
            Optional<ListRoutes> lists,
            PageRoutes pages) {
        return new Routes()
                // Statements go in, and come out with their proof.
                .post("/api/v1/statements", statements::submit)
                .get("/api/v1/statements/{id}", statements::show)
                .get("/api/v1/statements/{id}/bundle", statements::bundle)
                // What statements name by digest travels beside them.
                .put("/api/v1/attachments/{digest}", attachments::store)
                .get("/api/v1/attachments/{digest}", attachments::show)
                // What is endorsed, and what was ever said about it.
                .get("/api/v1/images", images::list)
                .get("/api/v1/images/{guid}", images::show)
                .get("/api/v1/images/{guid}/history", images::history)
                .get("/api/v1/images/{guid}/versions/{version}/sbom", images::sbom)
                .get("/api/v1/status", status::show)
                // What a reader must know first, and what is new.
                .get("/api/v1/charter", ledger::charter)
                .get("/api/v1/policy", ledger::policy)
                // Who acts here, and under what.
                .get("/api/v1/policies", people::policies)
                .get("/api/v1/policies/{digest}", people::policy)
                .get("/api/v1/practices", people::practices)
                .get("/api/v1/practices/{owner}/{endorser}", people::practice)
                .get("/api/v1/people", people::people)
                .get("/api/v1/people/{digest}/history", people::history)
                .get("/api/v1/suspensions", people::suspensions)
                .get("/api/v1/events", events::stream)
                // The ledger itself (C2SP tlog-tiles), and the files it speaks of.
                .get("/checkpoint", ledger::checkpoint)
                .get("/tile/{path*}", ledger::tile)
                .get("/files/{name}", files::show)
                .get("/api/v1/witnesses", witnesses::show)
                // What a witness cosigns (C2SP tlog-witness).
                .post("/add-checkpoint", witnessing(witness, w -> w::add))
                .get("/witness/{origin}/checkpoint", witnessing(witness, w -> w::latest))
                .get("/api/v1/witness", witnessing(witness, w -> w::show))
                // What was found against other ledgers.
                .get("/api/v1/alarms", alarms::list)
                .get("/api/v1/alarms/{id}/evidence", alarms::evidence)
                // Which known flaws endorsed images have.
                .get("/api/v1/advisories", ofWatch(advisories, a -> a::list))
                .get(
                        "/api/v1/images/{guid}/versions/{version}/advisories",
                        ofWatch(advisories, a -> a::show))
                // What a site decides, and what it knows.
                .post("/access/v1/evaluation", of(site, s -> s.admission()::evaluate))
                .post("/access/v1/evaluations", of(site, s -> s.admission()::evaluateAll))
                .get("/api/v1/site/decisions/{id}", of(site, s -> s.decisions()::show))
                .get("/api/v1/site/decisions/{id}/replay", of(site, s -> s.decisions()::replay))
                .get("/api/v1/site/images", of(site, s -> s.routes()::images))
                .get("/api/v1/site/publications", of(site, s -> s.publications()::list))
                .get("/api/v1/site/policy", of(site, s -> s.policy()::policy))
                .get("/api/v1/site/queue", of(site, s -> s.queue()::list))
                .get("/api/v1/site/sources", of(site, s -> s.routes()::sources))
                .get("/api/v1/site/files/{name}", of(site, s -> s.files()::show))
                // What runs there.
                .post("/api/v1/site/instances", of(site, s -> s.instances()::register))
                .get("/api/v1/site/instances", of(site, s -> s.instances()::list))
                .get("/api/v1/site/instances/{id}", of(site, s -> s.instances()::show))
                .post("/api/v1/site/instances/{id}/started", of(site, s -> s.instances()::started))
                .post("/api/v1/site/instances/{id}/stopped", of(site, s -> s.instances()::stopped))
                // Image lists, where subscribers of the Applications Database look for them.
                .get("/api/v1/lists", ofLists(lists, l -> l::all))
                .get("/store/{kind}/{name}/image.list", ofLists(lists, l -> l::list))
                .put("/store/{kind}/{name}/image.list", ofLists(lists, l -> l::publish))
                .get("/store/vo/image/{id}/", ofLists(lists, l -> l.records()::listedJson))
                .get("/store/vo/image/{id}/json", ofLists(lists, l -> l.records()::listedJson))
                .get("/store/vo/image/{id}/xml", ofLists(lists, l -> l.records()::listedXml))
                .get("/store/vm/image/{id}/", ofLists(lists, l -> l.records()::baseJson))
                .get("/store/vm/image/{id}/json", ofLists(lists, l -> l.records()::baseJson))
                .get("/store/vm/image/{id}/xml", ofLists(lists, l -> l.records()::baseXml))
                // For those who run the node.
                .get("/health/live", operation::live)
                .get("/health/ready", operation::ready)
                .get("/metrics", operation::metrics)
                // For people.
                .get("/openapi.yaml", operation::openApi)
                .get("/style.css", pages::style)
                .get("/people", pages::people)
                .get("/policies", pages::policies)
                .get("/advisories", pages::advisories)
                .get("/advisories/{guid}/{version}", pages::flaws)
                .get("/lists", pages::lists)
                .get("/", pages::start);
    }

    private static Handler witnessing(
            Optional<WitnessRoutes> witness, Function<WitnessRoutes, Handler> handler) {
        return witness.map(handler)
                .orElse(
                        _ -> {
                            throw new ProblemException(
                                    Problem.notFound(
                                            "this node is no witness: its configuration has no"
                                                    + " member \"witness\""));
                        });
    }

    private static Handler ofLists(
            Optional<ListRoutes> lists, Function<ListRoutes, Handler> handler) {
        return lists.map(handler)
                .orElse(
                        _ -> {
                            throw new ProblemException(
                                    Problem.notFound(
                                            "this node serves no image lists: its configuration has"
                                                    + " no member \"lists\""));
                        });
    }

    private static Handler ofWatch(
            Optional<AdvisoryRoutes> advisories, Function<AdvisoryRoutes, Handler> handler) {
        return advisories
                .map(handler)
                .orElse(
                        _ -> {
                            throw new ProblemException(
                                    Problem.notFound(
                                            "this node watches no advisories: its configuration has"
                                                    + " no member \"advisories\""));
                        });
    }

    private static Handler of(Optional<Site> site, Function<Site, Handler> handler) {
        return site.map(handler)
                .orElse(
                        _ -> {
                            throw new ProblemException(
                                    Problem.notFound(
                                            "this node is no site: its configuration has no member"
                                                    + " \"site\""));
                        });
    }
}
