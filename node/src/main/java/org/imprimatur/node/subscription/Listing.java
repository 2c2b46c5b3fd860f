package org.imprimatur.node.subscription;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.imprimatur.exchange.hepix.ImageList;
import org.imprimatur.exchange.hepix.ImageVerdict;
import org.imprimatur.exchange.hepix.ListReason;
import org.imprimatur.exchange.hepix.ListVerifier.Verdict;
import org.imprimatur.exchange.hepix.ListVersion;
import org.imprimatur.register.Candidate.Software;
import org.imprimatur.register.Guid;
import org.imprimatur.register.ListedImage;
import org.imprimatur.register.ListedImage.Gone;
import org.imprimatur.register.ListedImages;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Person;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.Version;
import org.jspecify.annotations.Nullable;

/**
 * What an accepted list says: the images of it that can be used, and why the others cannot. What is
 * wrong with one image harms no other.
 *
 * @param version the list's own
 * @param contact the address of who signs it
 * @param ofOthers images that another list had before, and which one
 */
record Listing(
        UUID identifier,
        String version,
        Person signer,
        String contact,
        Instant expires,
        Map<StatementId, ListedImage> images,
        List<String> unusable,
        List<String> ofOthers) {

    private static final int MOST_TOLD = 20;
    private static final int LONGEST_TITLE = 200;
    private static final int LONGEST = 64;

    /**
     * Reads a list that was accepted.
     *
     * @param number of the state that it is, or would be
     * @param before what the list had until now: versions of an image do not go down, and keep
     *     their file
     * @param holder which other list had an image before; empty for none
     */
    static Listing of(
            Verdict verdict,
            long number,
            Instant at,
            ListedImages before,
            Function<Guid, Optional<Origin>> holder) {
        var list = verdict.list().orElseThrow();
        var identifier = UUID.fromString(list.text("dc:identifier").orElseThrow());
        var signer = verdict.signer().orElseThrow().person();
        var images = new LinkedHashMap<StatementId, ListedImage>();
        var unusable = new ArrayList<String>();
        var ofOthers = new ArrayList<String>();
        for (var one : verdict.images()) {
            var other = one.identifier().map(Guid::new).flatMap(holder);
            if (other.isPresent()) {
                var told =
                        "%s: is an image of %s, which had it first"
                                .formatted(one.identifier().orElseThrow(), other.get());
                unusable.add(told);
                ofOthers.add(told);
                continue;
            }
            try {
                var image = image(list, one, identifier, number, at, signer, before);
                images.put(image.id(), image);
            } catch (MalformedInput e) {
                unusable.add(
                        "%s: %s"
                                .formatted(
                                        one.identifier()
                                                .map(UUID::toString)
                                                .orElse("entry " + one.position()),
                                        e.explanation()));
            }
        }
        return new Listing(
                identifier,
                list.text("hv:version").orElseThrow(),
                signer,
                list.endorserText("hv:email").orElse(""),
                list.time("dc:date:expires").orElseThrow(),
                images,
                most(unusable),
                most(ofOthers));
    }

    private static List<String> most(List<String> told) {
        int more = told.size() - MOST_TOLD;
        return more <= 0
                ? List.copyOf(told)
                : Stream.concat(
                                told.stream().limit(MOST_TOLD),
                                Stream.of("and %d more".formatted(more)))
                        .toList();
    }

    private static ListedImage image(
            ImageList list,
            ImageVerdict verdict,
            UUID identifier,
            long number,
            Instant at,
            Person signer,
            ListedImages before) {
        for (var objection : verdict.objections()) {
            // Its end is judged when somebody wants to run it.
            if (!objection.code().equals(ListReason.IMAGE_EXPIRED.label())) {
                throw new MalformedInput("", "a usable image", objection.explanation());
            }
        }
        var entry = list.image(verdict.position()).orElseThrow();
        var guid = new Guid(verdict.identifier().orElseThrow());
        var version = new Version(entry.text("hv:version").orElse(""));
        var file = new Sha512(entry.text("sl:checksum:sha512").orElse("").toLowerCase(Locale.ROOT));
        for (var other : before.of(guid)) {
            int order = ListVersion.compare(version.text(), other.version().text());
            if (order < 0) {
                throw new MalformedInput(
                        "hv:version",
                        "no version below %s, which was listed".formatted(other.version()),
                        version.text());
            }
            if (order == 0 && !other.image().equals(file)) {
                throw new MalformedInput(
                        "sl:checksum:sha512",
                        "the file that version %s was listed with".formatted(version),
                        "another");
            }
        }
        return new ListedImage(
                ListedImage.id(identifier, guid, version, file),
                guid,
                version,
                file,
                cut(entry.text("dc:title").orElse(""), LONGEST_TITLE),
                entry.text("hv:format")
                        .orElseThrow(() -> new MalformedInput("hv:format", "a disk format", "none"))
                        .toLowerCase(Locale.ROOT),
                entry.number("hv:size").orElseThrow(),
                cut(entry.text("hv:hypervisor").orElse(""), LONGEST),
                new Software(
                        cut(
                                entry.text("sl:osname").or(() -> entry.text("sl:os")).orElse(""),
                                LONGEST),
                        cut(entry.text("sl:osversion").orElse(""), LONGEST),
                        cut(entry.text("sl:arch").orElse(""), LONGEST)),
                entry.text("hv:uri").orElseThrow(),
                entry.time("dc:date:expires").orElse(null),
                number,
                at,
                signer,
                null);
    }

    /** A text that is not too long, and has no half of a character, which JSON cannot say. */
    static String cut(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        int end = most - 1;
        return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end)
                + "…";
    }

    /** What is known after this state: what it has no more is gone, from now on. */
    ListedImages after(ListedImages before, Instant at) {
        var all = new ArrayList<ListedImage>();
        for (var old : before.all()) {
            var now = images.get(old.id());
            if (now != null) {
                all.add(with(now, old, null));
            } else if (old.gone() == null) {
                all.add(with(old, old, new Gone(version, at)));
            } else {
                all.add(old);
            }
        }
        images.values().stream()
                .filter(image -> before.find(image.id()).isEmpty())
                .forEach(all::add);
        return new ListedImages(all);
    }

    /** The same, known since it was first listed. */
    private static ListedImage with(ListedImage image, ListedImage first, @Nullable Gone gone) {
        return new ListedImage(
                image.id(),
                image.guid(),
                image.version(),
                image.image(),
                image.title(),
                image.format(),
                image.fileBytes(),
                image.hypervisor(),
                image.software(),
                image.location(),
                image.until(),
                first.from(),
                first.since(),
                first.introducer(),
                gone);
    }
}
