package org.imprimatur.exchange.hepix;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.imprimatur.exchange.hepix.ListVerifier.Reason;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.trust.MessageSigner;
import org.imprimatur.trust.SigningKey;
import org.imprimatur.trust.SlashName;

/**
 * Writes lists that every reader accepts: all keys that any of them needs, in one order for ever,
 * since some readers take another order of keys for a change of every image.
 *
 * @param created when the list is issued
 * @param expires when it ends
 * @param version the version to write; without one, the next
 * @param previous the list that this one replaces
 */
public record ListWriter(
        Instant created, Instant expires, Optional<String> version, Optional<ImageList> previous) {

    private static final List<String> LIST_KEYS =
            List.of(
                    "dc:date:created",
                    "dc:date:expires",
                    "dc:description",
                    "dc:identifier",
                    "dc:source",
                    "dc:title",
                    "ad:vo",
                    "hv:endorser",
                    "hv:images",
                    "hv:uri",
                    "hv:version");

    private static final List<String> IMAGE_KEYS =
            List.of(
                    "dc:description",
                    "dc:identifier",
                    "ad:mpuri",
                    "dc:title",
                    "ad:group",
                    "hv:hypervisor",
                    "hv:format",
                    "hv:ram_minimum",
                    "ad:ram_recommended",
                    "hv:core_minimum",
                    "ad:core_recommended",
                    "hv:size",
                    "hv:uri",
                    "hv:version",
                    "dc:date:expires",
                    "sl:arch",
                    "sl:checksum:sha512",
                    "sl:comments",
                    "sl:os",
                    "sl:osname",
                    "sl:osversion",
                    "ad:user:fullname",
                    "ad:user:guid",
                    "ad:user:uri",
                    "ad:base_mpuri",
                    "ad:appid",
                    "ad:traffic_in",
                    "ad:traffic_out");

    /** What vmcatcher, atrope or cloudkeeper cannot do without. */
    private static final List<String> NEEDED_OF_LIST =
            List.of("dc:identifier", "dc:title", "hv:uri", "ad:vo");

    private static final List<String> NEEDED_OF_IMAGE =
            List.of(
                    "dc:identifier",
                    "dc:title",
                    "ad:mpuri",
                    "hv:hypervisor",
                    "hv:format",
                    "hv:size",
                    "hv:uri",
                    "hv:version",
                    "sl:arch",
                    "sl:checksum:sha512",
                    "sl:os",
                    "sl:osname",
                    "sl:osversion");

    /** What the writer fills in where it is missing. */
    private static final List<String> FILLED_IN =
            List.of(
                    "dc:description",
                    "sl:comments",
                    "ad:group",
                    "dc:date:expires",
                    "ad:user:fullname",
                    "ad:user:guid",
                    "ad:user:uri");

    private static final List<String> NUMBERS =
            List.of(
                    "hv:ram_minimum",
                    "ad:ram_recommended",
                    "hv:core_minimum",
                    "ad:core_recommended",
                    "hv:size");

    private static final List<String> MEMORY = List.of("hv:ram_minimum", "ad:ram_recommended");

    private static final long MIB = 1L << 20;
    private static final int MAX_TOLD = 12;

    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("uuuuMMddHHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private static final JsonMapper JSON = new JsonMapper();

    public ListWriter {
        created = created.truncatedTo(ChronoUnit.SECONDS);
        expires = expires.truncatedTo(ChronoUnit.SECONDS);
        if (!expires.isAfter(created)) {
            throw new MalformedInput("expires", "an instant after " + created, expires.toString());
        }
    }

    /**
     * Completes a list and signs it.
     *
     * @param draft the list, where what the writer knows itself may be missing or old
     * @throws MalformedInput when something is missing that readers need, or the list would be
     *     refused
     */
    public byte[] sign(ImageList draft, SigningKey key, RandomGenerator random) {
        byte[] content = complete(draft, key);
        return SmimeMessage.write(
                content,
                MessageSigner.sign(content, key, created),
                MessageSigner.digestFor(key).micalg(),
                random);
    }

    /** The JSON of the completed list, with CRLF line ends. */
    byte[] complete(ImageList draft, SigningKey key) {
        var members = draft.members();
        var faults = new ArrayList<String>();
        members.put("dc:date:created", created.toString());
        members.put("dc:date:expires", expires.toString());
        members.put("hv:version", nextVersion(draft));
        setDefault(members, "dc:description", "");
        setDefault(members, "dc:source", members.path("hv:uri").asText(""));
        var endorser = endorser(draft, key, faults);
        members.putObject("hv:endorser").set("hv:x509", endorser);
        missing(members, NEEDED_OF_LIST, "the list", faults);
        var images = JsonNodeFactory.instance.arrayNode();
        for (var entry : draft.entries()) {
            var image = entry.image();
            var where = "image %d".formatted(images.size() + 1);
            if (image == null) {
                faults.add(where + ": no object hv:image");
                break;
            }
            images.addObject().set("hv:image", image(image.deepCopy(), endorser, where, faults));
        }
        members.set("hv:images", images);
        if (!draft.duplicates().isEmpty()) {
            faults.add(draft.duplicates().getFirst() + " is there twice");
        }
        refuse(faults);
        var root = JsonNodeFactory.instance.objectNode();
        root.set(ImageList.ROOT, inOrder(members, LIST_KEYS));
        byte[] content = SmimeMessage.canonical(write(root));
        var list = ImageList.read(content);
        ListVerifier.objectionsTo(list, created).forEach(one -> faults.add(one.explanation()));
        for (var image : ImageJudge.judge(list, previous, created)) {
            for (var objection : image.objections()) {
                faults.add("image %d: %s".formatted(image.position() + 1, objection.explanation()));
            }
        }
        previous.ifPresent(held -> continues(list, held, faults));
        refuse(faults);
        return content;
    }

    /**
     * Why a list, though it may be authentic, does not suit every reader: what it lacks, or what
     * some of them would stumble over.
     */
    public static List<Reason> objections(ImageList list, Instant at) {
        var lacking = new ArrayList<String>();
        missing(list.members(), NEEDED_OF_LIST, "the list", lacking);
        int number = 0;
        for (var entry : list.entries()) {
            number++;
            var image = entry.image();
            if (image != null && lacking.size() <= MAX_TOLD) {
                missing(image, NEEDED_OF_IMAGE, "image %d".formatted(number), lacking);
                for (var key : FILLED_IN) {
                    if (image.path(key).isMissingNode() || image.path(key).isNull()) {
                        lacking.add("image %d: no %s".formatted(number, key));
                    }
                }
            }
        }
        var reasons = new ArrayList<Reason>();
        lacking.forEach(one -> reasons.add(Reason.of(ListReason.MISSING_KEY, one)));
        ListVerifier.remarksOn(list, at)
                .forEach(one -> reasons.add(Reason.of(ListReason.MALFORMED_KEY, one)));
        for (var image : ImageJudge.judge(list, Optional.empty(), at)) {
            image.warnings()
                    .forEach(one -> reasons.add(Reason.of(ListReason.IMAGE_MALFORMED_KEY, one)));
        }
        return reasons;
    }

    private static void continues(ImageList list, ImageList held, List<String> faults) {
        if (!ListFields.uuid(list.member("dc:identifier"))
                .equals(ListFields.uuid(held.member("dc:identifier")))) {
            faults.add("dc:identifier is not that of the list before");
        }
        if (ListVersion.compare(
                        list.text("hv:version").orElse(""), held.text("hv:version").orElse(""))
                <= 0) {
            faults.add(
                    "hv:version %s is not higher than %s, that of the list before"
                            .formatted(
                                    list.text("hv:version").orElse(""),
                                    held.text("hv:version").orElse("")));
        }
    }

    private static void refuse(List<String> faults) {
        if (!faults.isEmpty()) {
            var told = String.join("; ", faults.subList(0, Math.min(MAX_TOLD, faults.size())));
            throw new MalformedInput(
                    "",
                    "a list that vmcatcher, cloudkeeper and atrope accept",
                    faults.size() > MAX_TOLD
                            ? told + "; and %d more".formatted(faults.size() - MAX_TOLD)
                            : told);
        }
    }

    /** A version higher than those before: that of the draft, the time, or the next number. */
    private String nextVersion(ImageList draft) {
        if (version.isPresent()) {
            return version.get();
        }
        var before = previous.flatMap(held -> held.text("hv:version"));
        var drafted = draft.text("hv:version");
        if (before.isEmpty()) {
            return drafted.orElse(STAMP.format(created));
        }
        if (drafted.isPresent() && ListVersion.compare(drafted.get(), before.get()) > 0) {
            return drafted.get();
        }
        return versionAfter(before.get(), created);
    }

    /**
     * The version that comes after another: the time, where the other is a time too and an earlier
     * one, else the next number.
     */
    public static String versionAfter(String before, Instant at) {
        var stamp = STAMP.format(at);
        return before.matches("[0-9]{14}") && ListVersion.compare(stamp, before) > 0
                ? stamp
                : ListVersion.after(before);
    }

    private static ObjectNode endorser(ImageList draft, SigningKey key, List<String> faults) {
        var drafted = draft.endorser();
        var x509 = drafted == null ? JsonNodeFactory.instance.objectNode() : drafted.deepCopy();
        var certificate = key.certificate();
        x509.put("hv:dn", SlashName.of(certificate.getSubjectX500Principal()));
        x509.put("hv:ca", SlashName.of(certificate.getIssuerX500Principal()));
        missing(x509, List.of("dc:creator", "hv:email"), "hv:endorser", faults);
        return inOrder(x509, List.of("dc:creator", "hv:ca", "hv:dn", "hv:email"));
    }

    private ObjectNode image(
            ObjectNode image, ObjectNode endorser, String where, List<String> faults) {
        setDefault(image, "dc:description", "");
        setDefault(image, "sl:comments", "");
        setDefault(image, "ad:group", "General group");
        setDefault(image, "dc:date:expires", expires.toString());
        setDefault(image, "ad:user:fullname", endorser.path("dc:creator").asText(""));
        setDefault(
                image,
                "ad:user:guid",
                UUID.nameUUIDFromBytes(
                                endorser.path("hv:dn").asText().getBytes(StandardCharsets.UTF_8))
                        .toString());
        setDefault(image, "ad:user:uri", "mailto:" + endorser.path("hv:email").asText(""));
        missing(image, NEEDED_OF_IMAGE, where, faults);
        lowerCase(image, "hv:format");
        lowerCase(image, "sl:checksum:sha512");
        for (var number : NUMBERS) {
            ListFields.number(image.get(number), 0, ImageJudge.MAX_SIZE)
                    .ifPresent(
                            value ->
                                    image.put(
                                            number,
                                            MEMORY.contains(number) && value < MIB
                                                    ? value * MIB
                                                    : value));
        }
        if (image.path("hv:version").isIntegralNumber()) {
            image.put("hv:version", image.path("hv:version").asText());
        }
        return inOrder(image, IMAGE_KEYS);
    }

    private static void lowerCase(ObjectNode image, String key) {
        if (image.get(key) instanceof TextNode text) {
            image.put(key, text.asText().toLowerCase(Locale.ROOT));
        }
    }

    private static void setDefault(ObjectNode object, String key, String value) {
        var node = object.get(key);
        if (node == null || node.isNull()) {
            object.put(key, value);
        }
    }

    private static void missing(
            ObjectNode object, List<String> keys, String where, List<String> faults) {
        for (var key : keys) {
            JsonNode node = object.path(key);
            if (node.isMissingNode() || node.isNull() || node.asText().isBlank()) {
                faults.add("%s: no %s".formatted(where, key));
            }
        }
    }

    /** Known keys in their order, then the others as they came. */
    private static ObjectNode inOrder(ObjectNode object, List<String> keys) {
        var ordered = JsonNodeFactory.instance.objectNode();
        for (var key : keys) {
            var node = object.get(key);
            if (node != null && !node.isNull()) {
                ordered.set(key, node);
            }
        }
        object.properties().stream()
                .filter(one -> !one.getValue().isNull())
                .forEach(
                        one -> {
                            if (!ordered.has(one.getKey())) {
                                ordered.set(one.getKey(), one.getValue());
                            }
                        });
        return ordered;
    }

    private static byte[] write(ObjectNode root) {
        var indenter = new DefaultIndenter("   ", "\n");
        var printer =
                new DefaultPrettyPrinter().withObjectIndenter(indenter).withArrayIndenter(indenter);
        try {
            return JSON.writer(printer).writeValueAsBytes(root);
        } catch (JsonProcessingException e) {
            throw new AssertionError("a tree can be written", e);
        }
    }
}
