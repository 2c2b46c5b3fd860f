package org.imprimatur.inspect;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Collection;
import java.util.Locale;
import java.util.TreeMap;
import org.imprimatur.inspect.facts.Aging;
import org.imprimatur.inspect.facts.Facts;
import org.imprimatur.inspect.facts.Shown;
import org.imprimatur.inspect.facts.SshdConfig;
import org.imprimatur.inspect.facts.config.Configuration;
import org.imprimatur.inspect.facts.config.Place;

/**
 * Writes what stands on the disk as one JSON document (docs/format.md, "Facts"), without any
 * opinion. The same image, tool and moment give the same bytes.
 *
 * <p>Secrets are not in it: of keys and passwords their kind, of commands that run by themselves
 * the place, and of the kernel's command line the names alone.
 */
public final class FactsJson {

    /** Names the format and its version. */
    static final String FORMAT = "https://imprimatur.org/image-facts/v1";

    private final JsonGenerator json;

    private FactsJson(JsonGenerator json) {
        this.json = json;
    }

    /** Writes the document, ended by a line feed. Does not close the writer. */
    public static void write(Report report, Writer out) throws IOException {
        try (var json = ReportJson.generator(out)) {
            new FactsJson(json).write(report);
            json.writeRaw('\n');
        }
    }

    private void write(Report report) throws IOException {
        var facts = report.facts();
        json.writeStartObject();
        json.writeStringField("format", FORMAT);
        json.writeStringField("tool", report.tool());
        json.writeStringField("at", report.at().toString());
        json.writeStringField("completeness", report.completeness().name());
        image(report);
        system(facts);
        accounts(facts);
        logins(facts);
        var configuration = facts.configuration();
        services(configuration);
        network(configuration);
        rest(configuration);
        secrets(facts);
        certificates(facts);
        remains(facts);
        json.writeEndObject();
    }

    /** Writes the members of one thing. */
    @FunctionalInterface
    private interface Members<T> {
        void write(T each) throws IOException;
    }

    private <T> void list(String name, Collection<T> all, Members<T> members) throws IOException {
        json.writeArrayFieldStart(name);
        for (var each : all) {
            json.writeStartObject();
            members.write(each);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void texts(String name, Collection<String> all) throws IOException {
        json.writeArrayFieldStart(name);
        for (var each : all) {
            json.writeString(Shown.text(each));
        }
        json.writeEndArray();
    }

    private void text(String name, String value) throws IOException {
        json.writeStringField(name, Shown.text(value));
    }

    private void word(String name, Enum<?> value) throws IOException {
        json.writeStringField(name, value.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    }

    private void places(String name, Collection<Place> places) throws IOException {
        list(
                name,
                places,
                each -> {
                    json.writeStringField("path", each.path());
                    json.writeStringField("detail", each.detail());
                });
    }

    private void image(Report report) throws IOException {
        var shape = report.facts().image();
        json.writeObjectFieldStart("image");
        json.writeStringField("format", report.image().format());
        json.writeNumberField("fileBytes", report.image().fileBytes());
        json.writeNumberField("virtualBytes", report.image().virtualBytes());
        json.writeNumberField("dataBytes", shape.dataBytes());
        json.writeNumberField("swapVolumes", shape.swapVolumes());
        json.writeBooleanField("logicalVolumes", shape.logicalVolumes());
        json.writeNumberField("packageCacheBytes", shape.cacheBytes());
        places("uncleanJournals", shape.uncleanJournals());
        json.writeEndObject();
    }

    private void system(Facts facts) throws IOException {
        var os = facts.os();
        json.writeObjectFieldStart("system");
        json.writeBooleanField("found", facts.hasSystem());
        text("id", os.id());
        text("version", os.versionId());
        text("prettyName", os.prettyName());
        texts("idLike", os.idLike());
        text("architecture", facts.architecture());
        var support = facts.configuration().support();
        if (support != null) {
            json.writeObjectFieldStart("support");
            var ends = support.ends();
            if (ends != null) {
                json.writeStringField("ends", ends.toString());
            }
            json.writeStringField("source", support.source());
            json.writeStringField("asOf", support.asOf().toString());
            json.writeEndObject();
        }
        json.writeNumberField("packages", facts.packages().size());
        json.writeNumberField("otherPackages", facts.otherPackages().size());
        texts("halfInstalled", facts.halfInstalled());
        json.writeEndObject();
        licences(facts);
        var boot = facts.configuration().boot();
        json.writeObjectFieldStart("boot");
        text("init", boot.init());
        text("machine", boot.machine());
        texts("kernels", boot.kernels());
        texts("modules", boot.modules());
        text("defaultKernel", boot.defaultKernel());
        var start = boot.start();
        if (start != null) {
            json.writeObjectFieldStart("start");
            json.writeStringField("path", start.path());
            json.writeStringField("entry", start.entry());
            json.writeStringField("kernel", start.kernel());
            json.writeBooleanField("exists", start.exists());
            json.writeEndObject();
        }
        texts("loaders", boot.loaders());
        list(
                "commandLines",
                boot.commandLines(),
                each -> {
                    json.writeStringField("path", each.path());
                    json.writeNumberField("line", each.line());
                    texts("names", each.words().stream().map(FactsJson::name).toList());
                });
        json.writeEndObject();
    }

    /** How many packages say each licence, and how many come from each area of an archive. */
    private void licences(Facts facts) throws IOException {
        var licences = new TreeMap<String, Integer>();
        var areas = new TreeMap<String, Integer>();
        for (var each : facts.allPackages()) {
            each.licences().forEach(licence -> licences.merge(licence, 1, Integer::sum));
            if (!each.area().isEmpty()) {
                areas.merge(each.area(), 1, Integer::sum);
            }
        }
        counts("licences", "licence", licences);
        counts("archiveAreas", "area", areas);
    }

    private void counts(String name, String of, TreeMap<String, Integer> counts)
            throws IOException {
        list(
                name,
                counts.entrySet(),
                each -> {
                    text(of, each.getKey());
                    json.writeNumberField("packages", each.getValue());
                });
    }

    /** The name of a parameter; its value may be a secret. */
    private static String name(String word) {
        int equals = word.indexOf('=');
        return equals < 0 ? word : word.substring(0, equals);
    }

    private void accounts(Facts facts) throws IOException {
        list(
                "accounts",
                facts.accounts(),
                each -> {
                    text("name", each.name());
                    json.writeNumberField("uid", each.uid());
                    json.writeNumberField("gid", each.gid());
                    text("home", each.home());
                    text("shell", each.shell());
                    json.writeStringField("password", Comparison.password(each.password()));
                    json.writeBooleanField("loginShell", each.hasLoginShell());
                    aging(each.aging());
                });
        list(
                "groups",
                facts.groups(),
                each -> {
                    text("name", each.name());
                    json.writeNumberField("gid", each.gid());
                    texts("members", each.members());
                });
        json.writeObjectFieldStart("sudo");
        list(
                "rules",
                facts.sudo().rules(),
                each -> {
                    texts("users", each.users());
                    text("hosts", each.hosts());
                    text("runAs", each.runAs());
                    json.writeBooleanField("noPassword", each.noPassword());
                    text("command", each.command());
                    text("path", each.file());
                    json.writeNumberField("line", each.line());
                });
        list(
                "unauthenticated",
                facts.sudo().unauthenticated(),
                each -> {
                    text("scope", each.scope());
                    text("path", each.file());
                    json.writeNumberField("line", each.line());
                });
        json.writeEndObject();
    }

    private void aging(Aging aging) throws IOException {
        if (aging.equals(Aging.NONE)) {
            return;
        }
        json.writeObjectFieldStart("aging");
        if (aging.changed() >= 0) {
            json.writeStringField("changed", LocalDate.ofEpochDay(aging.changed()).toString());
        }
        if (aging.maximum() >= 0) {
            json.writeNumberField("maximumDays", aging.maximum());
        }
        if (aging.inactive() >= 0) {
            json.writeNumberField("inactiveDays", aging.inactive());
        }
        if (aging.expires() >= 0) {
            json.writeStringField("expires", LocalDate.ofEpochDay(aging.expires()).toString());
        }
        json.writeEndObject();
    }

    private void logins(Facts facts) throws IOException {
        json.writeObjectFieldStart("sshd");
        json.writeBooleanField("installed", facts.sshServer());
        list("everyone", new TreeMap<>(facts.sshd().everyone()).values(), this::setting);
        list(
                "matches",
                facts.sshd().matches(),
                each -> {
                    text("criteria", each.criteria());
                    list("settings", each.settings(), this::setting);
                });
        json.writeEndObject();
        list(
                "authorizedKeys",
                facts.authorizedKeys(),
                each -> {
                    json.writeStringField("path", each.path());
                    list(
                            "keys",
                            each.keys(),
                            key -> {
                                text("type", key.type());
                                text("fingerprint", key.fingerprint());
                            });
                });
        var access = facts.configuration().access();
        list(
                "pam",
                access.pam(),
                each -> {
                    text("service", each.service());
                    json.writeStringField("path", each.path());
                    text("type", each.type());
                    json.writeBooleanField("letsAnybodyPass", each.letsAnybodyPass());
                    json.writeBooleanField("allowsEmptyPasswords", each.allowsEmptyPasswords());
                    texts("modules", each.modules());
                });
        places("automaticLogins", access.automatic());
        places("cachedLogins", access.cachedLogins());
        places("remoteFiles", access.remoteFiles());
        places("doas", access.doas());
        places("polkit", access.polkit());
        places("trusted", access.trusted());
    }

    private void setting(SshdConfig.Setting setting) throws IOException {
        text("keyword", setting.keyword());
        texts("arguments", setting.arguments());
        text("path", setting.file());
        json.writeNumberField("line", setting.line());
    }

    private void services(Configuration configuration) throws IOException {
        list(
                "units",
                configuration.services().units(),
                each -> {
                    json.writeStringField("name", each.name());
                    json.writeStringField("path", each.path());
                    json.writeStringField("state", each.state().word());
                    word("start", each.start());
                    texts("listens", each.listens());
                });
        list(
                "jobs",
                configuration.services().jobs(),
                each -> {
                    json.writeStringField("path", each.path());
                    json.writeNumberField("line", each.line());
                    text("user", each.user());
                    json.writeBooleanField("personal", each.personal());
                });
    }

    private void network(Configuration configuration) throws IOException {
        var network = configuration.network();
        json.writeObjectFieldStart("network");
        json.writeStringField("hostName", network.hostName());
        list(
                "connections",
                network.connections(),
                each -> {
                    json.writeStringField("path", each.path());
                    word("source", each.source());
                    json.writeStringField("interfaces", each.interfaces());
                    json.writeBooleanField("automatic", each.automatic());
                    word("ipv4", each.ipv4());
                    word("ipv6", each.ipv6());
                    texts("addresses", each.addresses());
                    texts("gateways", each.gateways());
                    texts("nameServers", each.nameServers());
                    texts("searchDomains", each.searchDomains());
                });
        json.writeObjectFieldStart("resolver");
        json.writeStringField("link", network.resolver().link());
        texts("nameServers", network.resolver().nameServers());
        texts("searchDomains", network.resolver().searchDomains());
        json.writeEndObject();
        list(
                "hosts",
                network.hosts(),
                each -> {
                    json.writeStringField("address", each.address());
                    texts("names", each.names());
                });
        json.writeEndObject();
        list(
                "listeners",
                configuration.listeners(),
                each -> {
                    text("protocol", each.protocol());
                    text("address", each.address());
                    json.writeNumberField("port", each.port());
                    text("unit", each.unit());
                    json.writeStringField("path", each.path());
                    word("kind", each.kind());
                    json.writeBooleanField("open", each.isOpen());
                });
        list(
                "firewalls",
                configuration.firewalls(),
                each -> {
                    text("kind", each.kind());
                    json.writeStringField("path", each.path());
                    json.writeBooleanField("loaded", each.loaded());
                    json.writeBooleanField("filters4", each.filters4());
                    json.writeBooleanField("filters6", each.filters6());
                    json.writeBooleanField("constrains", each.constrains());
                });
        places("networkIdentity", configuration.identity());
        places("networkConstraints", configuration.constraints());
    }

    private void rest(Configuration configuration) throws IOException {
        var logging = configuration.logging();
        json.writeObjectFieldStart("logging");
        texts("keeps", logging.keeps());
        texts("keepsLogins", logging.keepsLogins());
        places("hindrances", logging.hindrances());
        texts("forwarders", logging.forwarders());
        json.writeEndObject();
        texts("time", logging.time());
        texts("updates", logging.updates());
        var cloud = configuration.cloudInit();
        json.writeObjectFieldStart("cloudInit");
        json.writeBooleanField("installed", cloud.installed());
        text("disabledBy", cloud.disabledBy());
        texts("otherAgents", cloud.otherAgents());
        texts("dataSources", cloud.dataSources());
        list(
                "settings",
                cloud.settings(),
                each -> {
                    word("kind", each.kind());
                    json.writeStringField("path", each.path());
                    json.writeStringField("detail", each.detail());
                });
        json.writeEndObject();
        json.writeObjectFieldStart("layout");
        places("swap", configuration.layout().swap());
        json.writeBooleanField("separateBoot", configuration.layout().separateBoot());
        places("logicalVolumes", configuration.layout().logicalVolumes());
        places("separateFileSystems", configuration.layout().separateFileSystems());
        json.writeEndObject();
    }

    private void secrets(Facts facts) throws IOException {
        list(
                "keys",
                facts.keys(),
                each -> {
                    json.writeStringField("path", each.place());
                    word("use", each.use());
                    json.writeStringField("kind", each.key().kind());
                    json.writeNumberField("bits", each.key().bits());
                    json.writeBooleanField("encrypted", each.key().encrypted());
                    text("fingerprint", each.key().fingerprint());
                    text("vendor", each.vendor());
                });
        list(
                "secrets",
                facts.secrets(),
                each -> {
                    json.writeStringField("path", each.place());
                    word("kind", each.kind());
                    json.writeStringField("name", each.name());
                    json.writeNumberField("offset", each.offset());
                    json.writeNumberField("count", each.count());
                    text("vendor", each.vendor());
                });
    }

    private void certificates(Facts facts) throws IOException {
        list(
                "certificates",
                facts.certificates(),
                each -> {
                    var details = each.details();
                    text("subject", bytes(details.subject()));
                    text("issuer", bytes(details.issuer()));
                    json.writeStringField("notBefore", details.notBefore().toString());
                    json.writeStringField("notAfter", details.notAfter().toString());
                    json.writeBooleanField("authority", details.isOfAuthority());
                    json.writeBooleanField("proxy", details.isProxy());
                    json.writeStringField("sha256", details.sha256());
                    json.writeArrayFieldStart("paths");
                    for (var path : each.paths()) {
                        json.writeString(path);
                    }
                    json.writeEndArray();
                });
    }

    /** One character for each byte, as what is shown has it. */
    private static String bytes(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private void remains(Facts facts) throws IOException {
        places("closedFiles", facts.closedFiles());
        list(
                "leftovers",
                facts.leftovers(),
                each -> {
                    word("kind", each.kind());
                    json.writeStringField("path", each.path());
                    json.writeStringField("detail", each.detail());
                });
        list(
                "privilegedFiles",
                facts.privilegedFiles(),
                each -> {
                    json.writeStringField("path", each.path());
                    json.writeStringField("mode", "%04o".formatted(each.mode()));
                    texts("capabilities", each.capabilities());
                });
        list(
                "freeSpace",
                facts.freeSpace(),
                each -> {
                    json.writeStringField("volume", each.volume());
                    json.writeNumberField("bytes", each.bytes());
                    json.writeNumberField("usedBytes", each.usedBytes());
                });
    }
}
