package org.imprimatur.node.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import gg.jte.html.OwaspHtmlTemplateOutput;
import gg.jte.output.StringOutput;
import java.io.IOException;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import org.imprimatur.ledger.Checkpoint;
import org.imprimatur.node.catalogue.ImageJson;
import org.imprimatur.node.catalogue.Images;
import org.imprimatur.node.catalogue.LedgerState;
import org.imprimatur.node.follow.Alarms;
import org.imprimatur.node.http.Answer;
import org.imprimatur.node.http.Request;
import org.imprimatur.node.web.pages.JtestartGenerated;
import org.imprimatur.register.Person;
import org.imprimatur.register.StatementId;

/** The pages. They need no script, and a browser is told to run none. */
public final class PageRoutes {

    private static final DateTimeFormatter WHEN =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);
    private static final Map<String, String> HEADERS =
            Map.of(
                    "Content-Security-Policy",
                    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
                    "Referrer-Policy",
                    "no-referrer",
                    "Cache-Control",
                    "no-cache");

    private final Images images;
    private final LedgerState state;
    private final Alarms alarms;
    private final InstantSource clock;
    private final byte[] style;

    /** Pages about this ledger. */
    public PageRoutes(Images images, LedgerState state, Alarms alarms, InstantSource clock) {
        this.images = images;
        this.state = state;
        this.alarms = alarms;
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
        var output = new StringOutput(8192);
        JtestartGenerated.render(new OwaspHtmlTemplateOutput(output), null, page());
        return new Answer.Content(
                200, "text/html; charset=utf-8", output.toString().getBytes(UTF_8), HEADERS);
    }

    /** The one style sheet. */
    public Answer style(Request request) {
        request.checkQuery();
        return Answer.bytes("text/css; charset=utf-8", style)
                .with("Cache-Control", "public, max-age=300");
    }

    private StartPage page() {
        var head = state.head();
        return new StartPage(
                Checkpoint.parse(head.checkpoint().text()).origin(),
                head.size(),
                Checkpoint.parse(head.checkpoint().text()).root().base64(),
                images.newest(50, clock.instant()).stream().map(PageRoutes::row).toList(),
                newestEntries(),
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
                commonName(endorsement.signer()),
                endorsement.image().hex().substring(0, 16),
                endorsement.guid().toString(),
                endorsement.lineage().kind().wire(),
                WHEN.format(image.later().responsibility().from()),
                Optional.ofNullable(image.later().responsibility().until())
                        .map(WHEN::format)
                        .orElse(""),
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
                WHEN.format(alarm.foundAt()),
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
                                                                commonName(
                                                                        entry.statement().signer()),
                                                                WHEN.format(entry.admittedAt()))));
                    }
                    return rows;
                });
    }

    /** What people call a person: the common name, or the whole subject where there is none. */
    private static String commonName(Person person) {
        try {
            return new LdapName(person.subject())
                    .getRdns().reversed().stream()
                            .filter(rdn -> rdn.getType().equalsIgnoreCase("CN"))
                            .map(rdn -> String.valueOf(rdn.getValue()))
                            .findFirst()
                            .orElse(person.subject());
        } catch (InvalidNameException e) {
            return person.subject();
        }
    }
}
