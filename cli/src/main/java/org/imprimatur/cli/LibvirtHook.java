package org.imprimatur.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.imprimatur.register.DecisionRequest.Action;
import org.imprimatur.register.Obligation;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.UseClass;

/**
 * What the hook of a hypervisor does when a domain starts, runs and ends: nothing starts without
 * the site's permit and its record, and nothing is kept from ending.
 */
final class LibvirtHook {

    private final HookConfig config;
    private final NodeClient node;
    private final HookMemory memory;
    private final InstantSource clock;

    LibvirtHook(HookConfig config, NodeClient node, HookMemory memory, InstantSource clock) {
        this.config = config;
        this.node = node;
        this.memory = memory;
        this.clock = clock;
    }

    /** The content of a machine: its image, and what makes it a machine of its own. */
    private record Content(Sha512 image, boolean fresh, Optional<Sha256> contextualisation) {}

    /**
     * Lets a domain start, and has it on record before it does.
     *
     * @throws CommandFailure when it may not, or when nobody can say so now
     */
    void prepare(LibvirtDomain domain) throws IOException {
        if (!domain.uncovered().isEmpty()) {
            throw refused(domain, domain.uncovered());
        }
        var content = content(domain);
        if (config.overlaysFresh() && !content.fresh() && !ranBefore(domain, content.image())) {
            throw refused(
                    domain,
                    List.of(
                            "its overlay holds data that is not of the image, and the site knows no earlier run of this machine from that image (\"overlays\" in the hook's configuration)"));
        }
        register(domain, content, permit(domain, content));
    }

    private Content content(LibvirtDomain domain) throws IOException {
        var files = new HostFiles(node, config.stores(), memory.known(), config.hashFor());
        Map<Sha512, String> images = new HashMap<>();
        var media = new ArrayList<Path>();
        var faults = new ArrayList<String>();
        boolean fresh = true;
        for (var disk : domain.disks()) {
            try {
                if (disk.medium()) {
                    media.add(Path.of(disk.file()).toRealPath());
                } else if (!isData(disk)) {
                    var chain = ImageChain.of(disk);
                    fresh &= !chain.overlaysHoldData();
                    images.putIfAbsent(image(files, disk, chain), disk.target());
                }
            } catch (CommandFailure fault) {
                if (fault.exit() != ExitCode.NO) {
                    throw fault;
                }
                faults.add(fault.explanation());
            } catch (IOException e) {
                faults.add("disk %s: %s cannot be read".formatted(disk.target(), disk.file()));
            }
        }
        if (faults.isEmpty() && images.size() != 1) {
            faults.add(
                    images.isEmpty()
                            ? "it has no disk with an image"
                            : "its disks %s are different images; a machine runs one, and other disks stand in a directory of \"data\""
                                    .formatted(images.values().stream().sorted().toList()));
        }
        if (!faults.isEmpty()) {
            throw refused(domain, faults);
        }
        return new Content(
                images.keySet().iterator().next(),
                fresh,
                media.isEmpty()
                        ? domain.said().contextualisation()
                        : Optional.of(files.contextualisation(media)));
    }

    /** Data needs no endorsement; a machine is not started from it. */
    private boolean isData(LibvirtDomain.Disk disk) throws IOException {
        var file = Path.of(disk.file()).toRealPath();
        for (var directory : config.data()) {
            if (Files.isDirectory(directory) && file.startsWith(directory.toRealPath())) {
                if (disk.first()) {
                    throw ImageChain.refused(
                            disk.target(),
                            "%s is data, from which no machine starts".formatted(disk.file()));
                }
                return true;
            }
        }
        return false;
    }

    private static Sha512 image(HostFiles files, LibvirtDomain.Disk disk, ImageChain chain)
            throws IOException {
        if (chain.overlays().isEmpty() && disk.writable() && files.isStored(chain.base())) {
            throw ImageChain.refused(
                    disk.target(),
                    "the machine would write into %s of the site's store; start it from an overlay (qemu-img create -b), or make the disk <readonly/> or <transient/>"
                            .formatted(chain.base()));
        }
        return files.image(chain.base());
    }

    private boolean ranBefore(LibvirtDomain domain, Sha512 image) {
        return !node.json(
                        "/api/v1/site/instances?limit=1&machine=%s&image=%s"
                                .formatted(domain.uuid(), image))
                .path("instances")
                .isEmpty();
    }

    private JsonNode decision(LibvirtDomain domain, Content content, Action action) {
        var question = Output.object();
        question.putObject("subject").put("type", "operator").put("id", operator(domain));
        question.putObject("action").put("name", action.wire());
        question.putObject("resource").put("type", "image").put("id", content.image().toString());
        question.putObject("context")
                .put("class", useClass(domain).wire())
                .put("host", config.host());
        return node.evaluate(question);
    }

    private static String id(JsonNode decision) {
        return decision.path("context").path("id").asText();
    }

    private static List<String> reasons(JsonNode decision) {
        return StreamSupport.stream(decision.path("context").path("reasons").spliterator(), false)
                .map(LibvirtHook::reason)
                .toList();
    }

    /** The id of a permit to start. */
    private String permit(LibvirtDomain domain, Content content) {
        var decision = decision(domain, content, Action.INSTANTIATE);
        if (!decision.path("decision").asBoolean()) {
            throw refused(domain, reasons(decision));
        }
        var context = decision.path("context");
        var unfulfilled =
                StreamSupport.stream(context.path("obligations").spliterator(), false)
                        .map(JsonNode::asText)
                        .filter(text -> !config.obligations().contains(new Obligation(text)))
                        .toList();
        if (!unfulfilled.isEmpty()) {
            throw refused(
                    domain,
                    List.of(
                            "the permit asks for %s, which this host does not fulfil (\"obligations\" in the hook's configuration)"
                                    .formatted(String.join(", ", unfulfilled))));
        }
        return id(decision);
    }

    private static String reason(JsonNode reason) {
        var clauses = new ArrayList<String>();
        reason.path("clauses").forEach(clause -> clauses.add(clause.asText()));
        return "%s [%s%s]"
                .formatted(
                        reason.path("text").asText(),
                        reason.path("code").asText(),
                        clauses.stream()
                                .map(clause -> ", " + clause)
                                .collect(Collectors.joining()));
    }

    private String operator(LibvirtDomain domain) {
        return domain.said()
                .operator()
                .or(config::operator)
                .orElseThrow(
                        () ->
                                refused(
                                        domain,
                                        List.of(
                                                "nobody is named as its operator, in its metadata or the hook's configuration")));
    }

    private UseClass useClass(LibvirtDomain domain) {
        return domain.said()
                .useClass()
                .or(config::useClass)
                .orElseThrow(
                        () ->
                                refused(
                                        domain,
                                        List.of(
                                                "no use-case class is named, in its metadata or the hook's configuration")));
    }

    /**
     * The instance's id is remembered before the node hears of it: whatever is lost on the way, its
     * end will be told.
     */
    private void register(LibvirtDomain domain, Content content, String decision)
            throws IOException {
        var instance = UUID.randomUUID();
        memory.begin(domain.uuid(), instance, now());
        var report =
                Output.object()
                        .put("id", instance.toString())
                        .put("decision", decision)
                        .put("host", config.host())
                        .put("machine", domain.uuid().toString());
        content.contextualisation()
                .ifPresent(digest -> report.put("contextualisation", digest.toString()));
        var consumers = report.putArray("consumers");
        domain.said().consumers().forEach(consumers::add);
        try {
            node.post("/api/v1/site/instances", report);
        } catch (CommandFailure failure) {
            memory.end(domain.uuid(), now());
            throw failure.exit() == ExitCode.UNREACHABLE
                    ? failure
                    : refused(domain, List.of(failure.explanation()));
        }
    }

    /** Tells that a domain runs. */
    void started(LibvirtDomain domain) throws IOException {
        var instance = memory.instance(domain.uuid());
        if (instance.isPresent()) {
            note(instance.get(), "started", Output.object().put("at", now().toString()));
        }
        tellEnds();
    }

    /** Tells that a domain has ended: now, or when the node answers again. */
    void ended(LibvirtDomain domain) throws IOException {
        memory.end(domain.uuid(), now());
        tellEnds();
    }

    /**
     * Sees to it that a domain which libvirt has found running is on record. One that may not go on
     * is so, too: it runs, and what becomes of it is the site's to say.
     */
    void found(LibvirtDomain domain) throws IOException {
        if (memory.instance(domain.uuid()).isPresent()) {
            started(domain);
            return;
        }
        ended(domain); // what it ran as before this host was started
        var content = content(domain);
        var known = onRecord(domain, content.image());
        if (known.isPresent()) {
            memory.begin(domain.uuid(), known.get(), now());
            started(domain);
            return;
        }
        var decision = decision(domain, content, Action.CONTINUE);
        register(domain, content, id(decision));
        started(domain);
        if (!decision.path("decision").asBoolean()) {
            throw new CommandFailure(
                    ExitCode.NO,
                    "it is on record, and no longer passes: "
                            + String.join("; ", reasons(decision)));
        }
    }

    /** The instance that the node has as running here, where the hook has lost its memory. */
    private Optional<UUID> onRecord(LibvirtDomain domain, Sha512 image) {
        var running =
                node.json(
                        "/api/v1/site/instances?state=running&limit=1&machine=%s&image=%s&host=%s"
                                .formatted(
                                        domain.uuid(),
                                        image,
                                        URLEncoder.encode(config.host(), UTF_8)));
        return StreamSupport.stream(running.path("instances").spliterator(), false)
                .map(one -> UUID.fromString(one.path("id").asText()))
                .findFirst();
    }

    private void tellEnds() throws IOException {
        memory.endEarlierBoots(now().minus(upTime()));
        for (var end : memory.untold()) {
            note(end.instance(), "stopped", Output.object().put("at", end.at().toString()));
            memory.told(end);
        }
    }

    /** What the node does not know is not asked for again. */
    private void note(UUID instance, String what, ObjectNode when) {
        try {
            node.post("/api/v1/site/instances/%s/%s".formatted(instance, what), when);
        } catch (CommandFailure failure) {
            if (failure.exit() != ExitCode.NO) {
                throw failure;
            }
        }
    }

    /** As precisely as the node takes it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** Which boot of this host it is. */
    static String boot() throws IOException {
        return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    }

    private static Duration upTime() throws IOException {
        var seconds = Files.readString(Path.of("/proc/uptime")).split(" ", 2)[0];
        return Duration.ofMillis((long) (Double.parseDouble(seconds) * 1000));
    }

    private static CommandFailure refused(LibvirtDomain domain, List<String> reasons) {
        return new CommandFailure(
                ExitCode.NO,
                "'%s' may not start: %s".formatted(domain.name(), String.join("; ", reasons)));
    }

    /** Shows what a failure to tell something is, where that keeps nothing from going on. */
    static void tell(PrintWriter err, String what, Exception failure) {
        var why = failure instanceof CommandFailure known ? known.explanation() : failure;
        err.println("imprimatur: %s: %s".formatted(what, why));
    }
}
