package org.imprimatur.node.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import gg.jte.html.HtmlTemplateOutput;
import gg.jte.html.OwaspHtmlTemplateOutput;
import gg.jte.output.StringOutput;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.imprimatur.ledger.Checkpoint;
import org.imprimatur.node.catalogue.ImageJson;
import org.imprimatur.node.catalogue.Images;
import org.imprimatur.node.catalogue.LedgerState;
import org.imprimatur.node.follow.Alarms;
import org.imprimatur.node.http.Answer;
import org.imprimatur.node.http.Problem;
import org.imprimatur.node.http.ProblemException;
import org.imprimatur.node.http.Request;
import org.imprimatur.node.lists.ListRoutes;
import org.imprimatur.node.watch.Advisories;
import org.imprimatur.node.web.pages.JteadvisoriesGenerated;
import org.imprimatur.node.web.pages.JteflawsGenerated;
import org.imprimatur.node.web.pages.JtelistsGenerated;
import org.imprimatur.node.web.pages.JtepeopleGenerated;
import org.imprimatur.node.web.pages.JtepoliciesGenerated;
import org.imprimatur.node.web.pages.JtestartGenerated;
import org.imprimatur.register.Guid;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.Version;

/** The pages. They need no script, and a browser is told to run none. */
public final class PageRoutes {

    private static final Map<String, String> HEADERS =
            Map.of(
                    "Content-Security-Policy",
                    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none';"
                            + " frame-ancestors 'none'",
                    "Referrer-Policy",
                    "no-referrer",
                    "Cache-Control",
                    "no-cache");

    private final Images images;
    private final LedgerState state;
    private final Alarms alarms;
    private final Optional<Advisories> advisories;
    private final Optional<ListRoutes> lists;
    private final InstantSource clock;
    private final byte[] style;

    /** Pages about this ledger, and about these lists of it. */
    public PageRoutes(
            Images images,
            LedgerState state,
            Alarms alarms,
            Optional<Advisories> advisories,
            Optional<ListRoutes> lists,
            InstantSource clock) {
        this.images = images;
        this.state = state;
        this.alarms = alarms;
        this.advisories = advisories;
        this.lists = lists;
        this.clock = clock;
        try (var in = PageRoutes.class.getResourceAsStream("style.css")) {
            if (in == null) {
                throw new IllegalStateException("this build has no style.css");
            }
            style = in.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException("this build's style.css cannot be read", e);
        }
    }

    /** The start page. */
    public Answer start(Request request) {
        request.checkQuery();
        return page(output -> JtestartGenerated.render(output, null, startPage()));
    }

    /** Who acts here. */
    public Answer people(Request request) {
        request.checkQuery();
        var page = state.ask(register -> PeoplePage.of(register, clock.instant()));
        return page(output -> JtepeopleGenerated.render(output, null, page));
    }

    /** What binds them, and how they work. */
    public Answer policies(Request request) {
        request.checkQuery();
        var page = state.ask(PoliciesPage::of);
        return page(output -> JtepoliciesGenerated.render(output, null, page));
    }

    /** The image lists. */
    public Answer lists(Request request) {
        request.checkQuery();
        var page = ListsPage.of(origin(), lists);
        return page(output -> JtelistsGenerated.render(output, null, page));
    }

    /** The images with known flaws. */
    public Answer advisories(Request request) {
        request.checkQuery();
        var page = AdvisoriesPage.of(origin(), advisories);
        return page(output -> JteadvisoriesGenerated.render(output, null, page));
    }

    /** The known flaws of one version of an image. */
    public Answer flaws(Request request) {
        request.checkQuery();
        var guid = request.parameter("guid", Guid::parse);
        var version = request.parameter("version", Version::new);
        var page =
                advisories
                        .flatMap(known -> FlawsPage.of(origin(), known, guid, version))
                        .orElseThrow(
                                () ->
                                        new ProblemException(
                                                Problem.notFound(
                                                        "no endorsement of this version counts, or this node watches no advisories")));
        return page(output -> JteflawsGenerated.render(output, null, page));
    }

    private static Answer page(Consumer<HtmlTemplateOutput> template) {
        var output = new StringOutput(8192);
        template.accept(new OwaspHtmlTemplateOutput(output));
        return new Answer.Content(
                200, "text/html; charset=utf-8", output.toString().getBytes(UTF_8), HEADERS);
    }

    private String origin() {
        return state.ask(register -> register.charter().origin().text());
    }

    /** The one style sheet. */
    public Answer style(Request request) {
        request.checkQuery();
        return Answer.bytes("text/css; charset=utf-8", style)
                .with("Cache-Control", "public, max-age=300");
    }

    private StartPage startPage() {
        var head = state.head();
        return new StartPage(
                Checkpoint.parse(head.checkpoint().text()).origin(),
                head.size(),
                Checkpoint.parse(head.checkpoint().text()).root().base64(),
                images.newest(50, clock.instant()).stream().map(PageRoutes::row).toList(),
                newestEntries(),
                advisories.map(known -> AdvisoriesPage.summary(known.survey())).orElse(""),
                alarms.all().stream().limit(20).map(PageRoutes::row).toList());
    }

    private static StartPage.ImageRow row(Images.Image image) {
        var endorsement = image.entry().statement();
        var tag = endorsement.tag();
        return new StartPage.ImageRow(
                endorsement.title(),
                endorsement.owner().toString(),
                tag == null ? "" : tag.text(),
                endorsement.version().text(),
                image.state().wire(),
                Words.commonName(endorsement.signer()),
                endorsement.image().hex().substring(0, 16),
                endorsement.guid().toString(),
                endorsement.lineage().kind().wire(),
                Words.when(image.later().responsibility().from()),
                Words.when(image.later().responsibility().until()),
                revocation(image.later()),
                Optional.ofNullable(image.later().replacedBy()).map(StatementId::hex).orElse(""));
    }

    private static String revocation(ImageJson.Later later) {
        if (later.revocation() == null) {
            return "";
        }
        var statement = later.revocation().statement();
        var text = new StringBuilder(statement.reason().wire());
        var urgency = statement.urgency();
        if (urgency != null) {
            text.append(", ").append(urgency.wire());
        }
        text.append(": ").append(statement.explanation());
        if (!statement.advisories().isEmpty()) {
            text.append(" (").append(String.join(", ", statement.advisories())).append(')');
        }
        return text.toString();
    }

    private static StartPage.AlarmRow row(Alarms.Alarm alarm) {
        return new StartPage.AlarmRow(
                alarm.id(),
                alarm.origin().text(),
                alarm.kind(),
                Words.when(alarm.foundAt()),
                alarm.explanation());
    }

    private List<StartPage.EntryRow> newestEntries() {
        return state.ask(
                register -> {
                    var rows = new ArrayList<StartPage.EntryRow>();
                    long size = register.size();
                    for (long index = size - 1; index >= Math.max(0, size - 20); index--) {
                        register.statement(index)
                                .ifPresent(
                                        entry ->
                                                rows.add(
                                                        new StartPage.EntryRow(
                                                                entry.index(),
                                                                entry.statement().kind().wire(),
                                                                Words.commonName(
                                                                        entry.statement().signer()),
                                                                Words.when(entry.admittedAt()))));
                    }
                    return rows;
                });
    }
}
