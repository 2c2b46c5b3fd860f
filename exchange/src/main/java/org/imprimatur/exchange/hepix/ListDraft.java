package org.imprimatur.exchange.hepix;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.imprimatur.exchange.hepix.ListVerifier.Reason;
import org.imprimatur.register.Guid;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.StatementId;

/**
 * Lists made from a ledger's endorsements. What an entry says follows from its statement and
 * nothing else, so that whoever has the statement can make the entry again and compare.
 *
 * @param node the address of the node that serves the list, without a slash at its end
 * @param path where it serves it
 * @param ledger whose endorsements
 * @param title of the list
 * @param vo what readers take for the virtual organisation
 * @param creator name of who signs the list
 * @param email address of who signs the list
 */
public record ListDraft(
        String node,
        ListPath path,
        Origin ledger,
        String title,
        String vo,
        String creator,
        String email) {

    /** The id of the endorsement that an entry is made from. */
    static final String ENDORSEMENT = "imprimatur:endorsement";

    /** The ledger that the endorsement is in. */
    static final String LEDGER = "imprimatur:ledger";

    /** Where the endorsement is with its endorser's signature and its proof. */
    static final String BUNDLE = "imprimatur:bundle";

    /** What of an entry the statement decides; everything else is words and hints. */
    private static final List<String> FACTS =
            List.of(
                    "dc:identifier",
                    "ad:mpuri",
                    "hv:format",
                    "hv:size",
                    "hv:version",
                    "dc:date:expires",
                    "sl:arch",
                    "sl:checksum:sha512",
                    "sl:os",
                    "sl:osname",
                    "sl:osversion",
                    "ad:base_mpuri",
                    LEDGER,
                    ENDORSEMENT,
                    BUNDLE);

    // Columns of that width are what subscribers' databases have.
    private static final int LONGEST_TITLE = 100;
    private static final int LONGEST_DESCRIPTION = 50;

    /** With so many faults found, a list is not looked at further. */
    private static final int MOST_TOLD = 16;

    private static final Map<String, String> ARCHITECTURES =
            Map.of("amd64", "x86_64", "arm64", "aarch64", "i386", "i686");

    public ListDraft {
        if (node.endsWith("/") || ImageJudge.httpAddress(node).isEmpty()) {
            throw new MalformedInput(
                    "node",
                    "an address of http or https without a slash at its end",
                    MalformedInput.quoted(node));
        }
    }

    /** The address of the list. */
    public String address() {
        return node + path.path();
    }

    /** The list with these images, without times, version and signature. */
    public ImageList of(List<Listed> images) {
        return ImageList.read(json(images));
    }

    /** A digest of what the list says, which stays while nothing but times and version changes. */
    public Sha256 fingerprint(List<Listed> images) {
        return Sha256.of(json(images));
    }

    private byte[] json(List<Listed> images) {
        var list = JsonNodeFactory.instance.objectNode();
        var identifier = path.identifier(ledger);
        list.put("dc:identifier", identifier.toString())
                .put("dc:title", title)
                .put("dc:description", "Endorsed images, from the ledger " + ledger)
                .put("dc:source", node + "/")
                .put("ad:vo", vo)
                .put("hv:uri", address());
        list.putObject("hv:endorser")
                .putObject("hv:x509")
                .put("dc:creator", creator)
                .put("hv:email", email);
        var entries = list.putArray("hv:images");
        images.forEach(image -> entries.addObject().set("hv:image", entry(identifier, image)));
        var root = JsonNodeFactory.instance.objectNode();
        root.set(ImageList.ROOT, list);
        return root.toString().getBytes(UTF_8);
    }

    /** The identifier of an image in this list: another in each list, as subscribers demand. */
    public UUID identifier(Guid image) {
        return identifier(path.identifier(ledger), image);
    }

    private static UUID identifier(UUID list, Guid image) {
        return NameUuid.of(list, image.toString().getBytes(UTF_8));
    }

    private ObjectNode entry(UUID list, Listed image) {
        var endorsement = image.entry().statement();
        var id = image.entry().id().hex();
        var identifier = identifier(list, endorsement.guid());
        var system = endorsement.system();
        var disk = endorsement.disk();
        var entry = JsonNodeFactory.instance.objectNode();
        entry.put("dc:identifier", identifier.toString())
                .put("dc:title", cut(endorsement.title(), LONGEST_TITLE))
                .put(
                        "dc:description",
                        cut(
                                "%s %s, %d packages"
                                        .formatted(
                                                system.name(), system.version(), system.packages()),
                                LONGEST_DESCRIPTION))
                .put(
                        "ad:mpuri",
                        "%s/store/vo/image/%s:%d/"
                                .formatted(node, identifier, image.entry().index()))
                .put("ad:group", endorsement.owner().toString())
                .put("hv:hypervisor", hypervisor(disk.format()))
                .put("hv:format", disk.format())
                .put("hv:size", disk.fileBytes())
                .put("hv:uri", image.address())
                .put("hv:version", endorsement.version().text())
                .put("dc:date:expires", Listed.expires(endorsement).toString())
                .put("sl:arch", known(architecture(system.architecture())))
                .put("sl:checksum:sha512", endorsement.image().hex())
                .put("sl:comments", "endorsed: " + id)
                .put("sl:os", family(system.name()))
                .put("sl:osname", system.name())
                .put("sl:osversion", known(system.version()))
                .put("ad:user:fullname", image.endorser().name())
                .put(
                        "ad:user:guid",
                        NameUuid.of(list, endorsement.signer().digest().bytes()).toString())
                .put("ad:user:uri", "mailto:" + image.endorser().contact())
                .put(
                        "ad:base_mpuri",
                        "%s/store/vm/image/%s:%d:%d/"
                                .formatted(
                                        node,
                                        endorsement.guid(),
                                        image.entry().index(),
                                        image.entry().admittedAt().getEpochSecond()))
                .put(LEDGER, ledger.text())
                .put(ENDORSEMENT, id)
                .put(BUNDLE, "%s/api/v1/statements/%s/bundle".formatted(node, id));
        return entry;
    }

    private static String architecture(String name) {
        return ARCHITECTURES.getOrDefault(name, name);
    }

    /** Readers need some text, where the system does not say. */
    private static String known(String text) {
        return text.isBlank() ? "unknown" : text;
    }

    private static String cut(String text, int longest) {
        return text.codePointCount(0, text.length()) <= longest
                ? text
                : text.substring(0, text.offsetByCodePoints(0, longest - 1)) + "…";
    }

    /** The hypervisor that a format belongs to; readers take it for a hint. */
    public static String hypervisor(String format) {
        return switch (format) {
            case "vmdk", "ova" -> "VMWare";
            case "vhd", "vhdx" -> "Hyper-V";
            case "vdi" -> "VirtualBox";
            default -> "KVM";
        };
    }

    private static String family(String system) {
        var name = system.toLowerCase(Locale.ROOT);
        return name.contains("windows") ? "Windows" : name.contains("bsd") ? "BSD" : "Linux";
    }

    /** The endorsements that the entries of a list name, where they name one. */
    public static List<StatementId> endorsements(ImageList list) {
        var ids = new ArrayList<StatementId>();
        for (var image : list.images()) {
            image.text(ENDORSEMENT)
                    .filter(text -> text.matches("[0-9a-f]{64}"))
                    .map(StatementId::parse)
                    .ifPresent(ids::add);
        }
        return ids;
    }

    /**
     * What of a list does not follow from the ledger: why a node does not take it.
     *
     * @param list a list whose signature, times and version are good
     * @param standing the endorsement of an id, where it counts and the list may have it
     * @param addresses from where the file of an endorsement may be had
     */
    public List<Reason> objections(
            ImageList list,
            Function<StatementId, Optional<Listed>> standing,
            Function<Listed, List<String>> addresses) {
        var reasons = new ArrayList<Reason>();
        var identifier = path.identifier(ledger);
        if (!list.text("dc:identifier").equals(Optional.of(identifier.toString()))) {
            reasons.add(
                    Reason.of(
                            ListReason.OTHER_LIST,
                            "the list at %s has the identifier %s".formatted(path, identifier)));
        }
        if (!list.text("hv:uri").equals(Optional.of(address()))) {
            reasons.add(
                    Reason.of(
                            ListReason.OTHER_ADDRESS, "hv:uri: expected %s".formatted(address())));
        }
        var seen = new HashMap<StatementId, Integer>();
        int position = 0;
        for (var entry : list.entries()) {
            if (reasons.size() >= MOST_TOLD) {
                break;
            }
            position++;
            var image = entry.image();
            var id =
                    image == null
                            ? Optional.<StatementId>empty()
                            : ListFields.line(image.get(ENDORSEMENT))
                                    .filter(text -> text.matches("[0-9a-f]{64}"))
                                    .map(StatementId::parse);
            var listed = id.flatMap(standing);
            if (image == null || id.isEmpty() || listed.isEmpty()) {
                reasons.add(
                        Reason.of(
                                ListReason.IMAGE_NOT_ENDORSED,
                                "image %d: %s names no endorsement that counts in %s and belongs into this list"
                                        .formatted(position, ENDORSEMENT, ledger)));
                continue;
            }
            if (seen.put(id.get(), position) != null) {
                reasons.add(
                        Reason.of(
                                ListReason.IMAGE_DUPLICATE_IDENTIFIER,
                                "image %d is there twice".formatted(position)));
            }
            differences(image, entry(identifier, listed.get()), position, reasons);
            if (!addresses.apply(listed.get()).contains(image.path("hv:uri").asText())) {
                reasons.add(
                        Reason.of(
                                ListReason.IMAGE_DIFFERS,
                                "image %d: hv:uri is no address that the endorsement names"
                                        .formatted(position)));
            }
        }
        return reasons;
    }

    private static void differences(
            ObjectNode image, ObjectNode expected, int position, List<Reason> reasons) {
        for (var key : FACTS) {
            if (!image.path(key).asText().equals(expected.path(key).asText())) {
                reasons.add(
                        Reason.of(
                                ListReason.IMAGE_DIFFERS,
                                "image %d: %s: expected %s, as endorsed, found %s"
                                        .formatted(
                                                position,
                                                key,
                                                MalformedInput.quoted(expected.path(key).asText()),
                                                ListVerifier.shown(image.get(key)))));
            }
        }
    }
}
