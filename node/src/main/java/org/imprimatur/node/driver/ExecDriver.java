package org.imprimatur.node.driver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.imprimatur.node.http.Json;
import org.imprimatur.register.Owner;

/**
 * A program of the site's own, for every place that has no driver here ({@code docs/format.md},
 * "Programs as drivers"). It is run once for each operation, by its path and never by a shell, and
 * is told what to do by its environment and by JSON on its standard input.
 */
final class ExecDriver implements Driver {

    private static final int DONE = 0;
    private static final int KEPT = 3;
    private static final int LONGEST_ID = 255;
    private static final Duration FOR_SMALL_THINGS = Duration.ofMinutes(1);

    /**
     * What is run.
     *
     * @param program its path and first arguments
     * @param within how long publishing may take
     */
    record Settings(String name, List<String> program, Duration within) {}

    private final Settings settings;
    private final Owner site;

    ExecDriver(Settings settings, Owner site) {
        this.settings = settings;
        this.site = site;
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public String publish(Mark mark, StoredImage image) throws DriverException {
        var candidate = image.candidate();
        var told = new LinkedHashMap<String, String>();
        told.put("mark", mark.toString());
        told.put("file", image.file().toString());
        told.put("fileName", image.name().text());
        told.put("digest", image.digest().toString());
        told.put("endorsed", image.image().toString());
        told.put("format", image.format());
        told.put("guid", candidate.guid().toString());
        told.put("version", candidate.version().text());
        told.put("title", candidate.title());
        told.put("owner", candidate.owner().toString());
        told.put("endorsement", candidate.id().hex());
        told.put("catalogue", image.catalogue().text());
        var input = Json.object();
        told.forEach(input::put);
        input.put("bytes", image.bytes());
        var disk = candidate.disk();
        if (disk != null) {
            input.put("virtualBytes", disk.virtualBytes());
        }
        input.putObject("endorser")
                .put("subject", candidate.signer().subject())
                .put("issuer", candidate.signer().issuer());
        input.putObject("system")
                .put("name", candidate.software().name())
                .put("version", candidate.software().version())
                .put("architecture", candidate.software().architecture());
        var ran = run("publish", told, input, settings.within());
        expect(Set.of(DONE), ran, "publish");
        return id(OutsideJson.text(answer(ran), "id", said()));
    }

    @Override
    public List<Held> held(List<Publication> ours) throws DriverException {
        var input = Json.object();
        var list = input.putArray("publications");
        ours.forEach(one -> write(list.addObject(), one));
        var ran = run("list", Map.of(), input, FOR_SMALL_THINGS);
        expect(Set.of(DONE), ran, "list");
        return held(ran.output(), ours.stream().map(Publication::mark).collect(Collectors.toSet()));
    }

    /** Reads a list; what bears no mark of ours is no concern of ours. */
    static List<Held> held(byte[] output, Set<Mark> ours) throws DriverException {
        var images = OutsideJson.object(output, "the program's list").path("images");
        if (!images.isArray()) {
            throw new DriverException("the program's list has no \"images\"");
        }
        var held = new ArrayList<Held>();
        for (var image : images) {
            Mark mark;
            try {
                mark = Mark.parse(OutsideJson.text(image, "mark", "an image of the program"));
            } catch (IllegalArgumentException e) {
                throw new DriverException("an image of the program has no mark", e);
            }
            if (ours.contains(mark)) {
                held.add(
                        new Held(
                                mark,
                                id(OutsideJson.text(image, "id", "an image of the program")),
                                use(OutsideJson.text(image, "state", "an image of the program"))));
            }
        }
        return held;
    }

    private static Use use(String text) throws DriverException {
        return switch (text) {
            case "offered" -> Use.OFFERED;
            case "aside" -> Use.ASIDE;
            case "broken" -> Use.BROKEN;
            default ->
                    throw new DriverException(
                            "an image of the program has a state that is not \"offered\", \"aside\" or \"broken\"");
        };
    }

    @Override
    public boolean withdraw(Publication publication) throws DriverException {
        return gone("withdraw", publication);
    }

    @Override
    public boolean remove(Publication publication) throws DriverException {
        return gone("remove", publication);
    }

    private boolean gone(String operation, Publication publication) throws DriverException {
        var told = new LinkedHashMap<String, String>();
        told.put("mark", publication.mark().toString());
        told.put("fileName", publication.name().text());
        told.put("digest", publication.published().toString());
        if (publication.driverId() != null) {
            told.put("id", publication.driverId());
        }
        var input = Json.object();
        told.forEach(input::put);
        var ran = run(operation, told, input, FOR_SMALL_THINGS);
        expect(Set.of(DONE, KEPT), ran, operation);
        return ran.exit() == DONE;
    }

    private static void write(ObjectNode json, Publication publication) {
        json.put("mark", publication.mark().toString())
                .put("fileName", publication.name().text())
                .put("digest", publication.published().toString())
                .put("state", publication.state().wire());
        if (publication.driverId() != null) {
            json.put("id", publication.driverId());
        }
    }

    @Override
    public void terminate(String instance, String host) throws DriverException {
        var told = Map.of("instance", instance, "host", host);
        var input = Json.object().put("instance", instance).put("host", host);
        expect(Set.of(DONE), run("terminate", told, input, FOR_SMALL_THINGS), "terminate");
    }

    private Program.Ran run(
            String operation, Map<String, String> told, ObjectNode input, Duration within)
            throws DriverException {
        var environment = new LinkedHashMap<String, String>();
        environment.put("IMPRIMATUR_OPERATION", operation);
        environment.put("IMPRIMATUR_DRIVER", name());
        environment.put("IMPRIMATUR_SITE", site.toString());
        told.forEach((member, value) -> environment.put(variable(member), value));
        input.put("operation", operation).put("driver", name()).put("site", site.toString());
        return Program.run(settings.program(), environment, Json.bytes(input), within);
    }

    /** {@code fileName} is {@code IMPRIMATUR_FILE_NAME}. */
    private static String variable(String member) {
        return "IMPRIMATUR_" + member.replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT);
    }

    private void expect(Set<Integer> codes, Program.Ran ran, String operation)
            throws DriverException {
        if (!codes.contains(ran.exit())) {
            throw new DriverException(
                    "%s ends with status %d when asked to %s%s"
                            .formatted(
                                    settings.program().getFirst(),
                                    ran.exit(),
                                    operation,
                                    ran.said().isEmpty() ? "" : ": " + ran.said()));
        }
    }

    private JsonNode answer(Program.Ran ran) throws DriverException {
        return OutsideJson.object(ran.output(), said());
    }

    private String said() {
        return "what %s says".formatted(settings.program().getFirst());
    }

    private static String id(String text) throws DriverException {
        if (text.isEmpty()
                || text.length() > LONGEST_ID
                || text.chars().anyMatch(Character::isISOControl)) {
            throw new DriverException("the program gives an id that cannot be used");
        }
        return text;
    }

    @Override
    public void close() {
        // What runs is ended by the thread that waits for it.
    }
}
