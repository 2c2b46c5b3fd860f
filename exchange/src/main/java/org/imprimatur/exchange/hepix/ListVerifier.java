package org.imprimatur.exchange.hepix;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import javax.security.auth.x500.X500Principal;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Person;
import org.imprimatur.trust.SignedContent;
import org.imprimatur.trust.SlashName;
import org.imprimatur.trust.TrustAnchors;
import org.jspecify.annotations.Nullable;

/**
 * Judges signed image lists. The same message, expectations, anchors and instant always give the
 * same verdict; the time zone of the machine has no part in it.
 *
 * @param anchors whose certificates are trusted
 * @param legacySha1 whether signatures over SHA-1 are taken, as old lists have them
 * @param expected what is known of the list beforehand
 */
public record ListVerifier(TrustAnchors anchors, boolean legacySha1, Expected expected) {

    /** A list that lives longer than this is as good as one that never expires. */
    private static final Duration LONG_LIFE = Duration.ofDays(400);

    private static final List<String> LIST_TEXTS =
            List.of("dc:title", "dc:source", "hv:version", "hv:uri");
    private static final List<String> ENDORSER_TEXTS =
            List.of("dc:creator", "hv:dn", "hv:ca", "hv:email");

    /**
     * What is known of a list beforehand; each may be unknown.
     *
     * @param endorser the name of who must have signed, in slash form
     * @param issuer the name of who must have issued the certificate, in slash form
     * @param previous the state of the list that is held; asked for when the signature is found
     *     good, and more than once
     * @param source the address that the list came from, without credentials
     */
    public record Expected(
            Optional<String> endorser,
            Optional<String> issuer,
            Supplier<Optional<ImageList>> previous,
            Optional<String> source) {

        /** Nothing is known. */
        public static Expected nothing() {
            return new Expected(
                    Optional.empty(), Optional.empty(), Optional::empty, Optional.empty());
        }
    }

    /**
     * Why a list is refused, or an image unusable.
     *
     * @param code for programs; stable
     * @param explanation for people: what was found and what was expected
     */
    public record Reason(String code, String explanation) {

        static Reason of(ListReason reason, String explanation) {
            return new Reason(reason.label(), explanation);
        }
    }

    /**
     * Who has signed.
     *
     * @param subject the name in slash form
     * @param issuer the name of who issued the certificate, in slash form
     * @param person the same two, as registers have them
     * @param digest what was signed over
     * @param time the signer's clock, where the signature says it
     */
    public record Signer(
            String subject, String issuer, Person person, String digest, Optional<Instant> time) {}

    /**
     * What came of judging.
     *
     * @param list the list, unless it cannot be read behind a signature that is refused
     * @param signer who has signed, when the signature is good
     * @param refusals why the list is refused; none when it is accepted
     * @param images each image of the list, in its order; none when the signature is refused
     * @param unchanged whether the list is the one that is held
     * @param warnings what was accepted but should be known
     */
    public record Verdict(
            Optional<ImageList> list,
            Optional<Signer> signer,
            List<Reason> refusals,
            List<ImageVerdict> images,
            boolean unchanged,
            List<String> warnings) {

        public Verdict {
            refusals = List.copyOf(refusals);
            images = List.copyOf(images);
            warnings = List.copyOf(warnings);
        }

        /** Whether the list may be taken. */
        public boolean accepted() {
            return refusals.isEmpty();
        }
    }

    /**
     * Judges a message.
     *
     * @param at the moment that counts
     * @throws MalformedInput when it cannot be read as a list at all
     */
    public Verdict verify(byte[] message, Instant at) {
        if (message.length > ImageList.MAX_BYTES) {
            throw new MalformedInput(
                    "",
                    "at most %d bytes".formatted(ImageList.MAX_BYTES),
                    message.length + " bytes");
        }
        if (ImageList.looksLikeJson(message)) {
            return refused(
                    ImageList.read(message),
                    Reason.of(
                            ListReason.NOT_SIGNED,
                            "the list is plain JSON; expected an S/MIME message with a signature"));
        }
        var mime = SmimeMessage.parse(message);
        SignedContent signed;
        try {
            signed = SignedContent.parse(mime.signature());
        } catch (MalformedInput e) {
            return refused(
                    ImageList.read(mime.content()),
                    Reason.of(ListReason.SIGNATURE_UNREADABLE, e.explanation()));
        }
        if (mime.form() == SmimeMessage.Form.DETACHED && signed.content().isPresent()) {
            return refused(
                    ImageList.read(mime.content()),
                    Reason.of(
                            ListReason.SIGNATURE_UNREADABLE,
                            "the message has content beside the signature and other content inside"));
        }
        // Reading takes as long as digesting. What is read counts only behind a good signature.
        try (var reading = Meanwhile.of(() -> ImageList.read(mime.content()))) {
            return switch (signed.verify(mime.content(), anchors, legacySha1, at)) {
                case SignedContent.NotVerified(var code, var explanation) ->
                        new Verdict(
                                Optional.empty(),
                                Optional.empty(),
                                List.of(new Reason(code, explanation)),
                                List.of(),
                                false,
                                List.of());
                case SignedContent.Verified verified ->
                        judged(reading.get(), mime.form(), verified, at);
            };
        }
    }

    private static Verdict refused(ImageList list, Reason reason) {
        return new Verdict(
                Optional.of(list), Optional.empty(), List.of(reason), List.of(), false, List.of());
    }

    private Verdict judged(
            ImageList list, SmimeMessage.Form form, SignedContent.Verified signed, Instant at) {
        var warnings = new ArrayList<>(signed.chain().notes());
        if (form == SmimeMessage.Form.OPAQUE) {
            warnings.add("the message is opaque, which vmcatcher cannot read");
        }
        if (signed.digest().equals("SHA-1")) {
            warnings.add("signed over SHA-1, which others can forge");
        }
        var judge = new Judgement(list, expected, at, warnings);
        judge.list();
        judge.endorser(signed.chain().leaf());
        judge.expected(signed.chain().leaf());
        var images = ImageJudge.judge(list, expected.previous().get(), at);
        var leaf = signed.chain().leaf();
        return new Verdict(
                Optional.of(list),
                Optional.of(
                        new Signer(
                                SlashName.of(leaf.getSubjectX500Principal()),
                                SlashName.of(leaf.getIssuerX500Principal()),
                                Person.of(
                                        leaf.getSubjectX500Principal(),
                                        leaf.getIssuerX500Principal()),
                                signed.digest(),
                                signed.signingTime())),
                judge.refusals,
                images,
                judge.unchanged,
                judge.warnings);
    }

    /** Judges a list's own members, without any signature: what a signer must know beforehand. */
    static List<Reason> objectionsTo(ImageList list, Instant at) {
        var judge = new Judgement(list, Expected.nothing(), at, new ArrayList<>());
        judge.list();
        return judge.refusals;
    }

    /** What others would stumble over in a list's own members. */
    static List<String> remarksOn(ImageList list, Instant at) {
        var judge = new Judgement(list, Expected.nothing(), at, new ArrayList<>());
        judge.list();
        return judge.warnings;
    }

    /** The judgement of one list, while it is being made. */
    private static final class Judgement {

        private final ImageList list;
        private final Expected expected;
        private final Instant at;
        private final List<Reason> refusals = new ArrayList<>();
        private final List<String> warnings;
        private boolean unchanged;

        Judgement(ImageList list, Expected expected, Instant at, List<String> warnings) {
            this.list = list;
            this.expected = expected;
            this.at = at;
            this.warnings = warnings;
        }

        private void refuse(ListReason reason, String explanation) {
            refusals.add(Reason.of(reason, explanation));
        }

        void list() {
            if (!list.duplicates().isEmpty()) {
                refuse(
                        ListReason.DUPLICATE_KEY,
                        "%s is there twice: two readers would see two lists"
                                .formatted(MalformedInput.quoted(list.duplicates().getFirst())));
            }
            if (list.oldForm()) {
                warnings.add("the list has no outer object, as in the first drafts");
            }
            var identifier = list.member("dc:identifier");
            if (present("dc:identifier") && ListFields.uuid(identifier).isEmpty()) {
                refuse(
                        ListReason.IDENTIFIER_NOT_UUID,
                        "dc:identifier: expected a UUID, found %s".formatted(shown(identifier)));
            }
            for (var key : LIST_TEXTS) {
                if (present(key) && ListFields.line(list.member(key)).isEmpty()) {
                    malformed(key, "a text on one line", list.member(key));
                }
            }
            if (present("dc:description")
                    && ListFields.block(list.member("dc:description")).isEmpty()) {
                malformed("dc:description", "a text", list.member("dc:description"));
            }
            var version = list.member("hv:version");
            if (version != null && version.isNumber()) {
                warnings.add("hv:version is a number, on which vmcatcher fails");
            }
            if (!list.text("ad:vo").isPresent()) {
                warnings.add("ad:vo is missing, without which cloudkeeper does not work");
            }
            images();
            times();
        }

        private void images() {
            if (!present("hv:images")) {
                return;
            }
            var images = Objects.requireNonNull(list.member("hv:images"));
            if (!images.isArray()) {
                malformed("hv:images", "an array", images);
            } else if (images.size() > ImageList.MAX_IMAGES) {
                refuse(
                        ListReason.TOO_MANY_IMAGES,
                        "%d images; expected at most %d"
                                .formatted(images.size(), ImageList.MAX_IMAGES));
            }
        }

        private void times() {
            var created = time("dc:date:created");
            var expires = time("dc:date:expires");
            if (created.isPresent() && created.get().isAfter(at)) {
                refuse(
                        ListReason.CREATED_IN_FUTURE,
                        "created at %s, which is after %s".formatted(created.get(), at));
            }
            if (expires.isPresent() && !expires.get().isAfter(at)) {
                refuse(
                        ListReason.EXPIRED_LIST,
                        "expired at %s, which is not after %s".formatted(expires.get(), at));
            }
            if (created.isEmpty() || expires.isEmpty()) {
                return;
            }
            if (!expires.get().isAfter(created.get())) {
                refuse(
                        ListReason.EXPIRES_BEFORE_CREATED,
                        "created at %s, but expires at %s".formatted(created.get(), expires.get()));
            } else if (Duration.between(created.get(), expires.get()).compareTo(LONG_LIFE) > 0) {
                warnings.add(
                        "the list expires only at %s: an old state of it can be shown for as long"
                                .formatted(expires.get()));
            }
        }

        private Optional<Instant> time(String key) {
            if (!present(key)) {
                return Optional.empty();
            }
            var node = Objects.requireNonNull(list.member(key));
            var time = ListFields.instant(node);
            if (time.isEmpty()) {
                malformed(key, "an instant such as 2026-11-21T01:02:03Z", node);
            } else if (!ListFields.isExact(node.asText())) {
                warnings.add(
                        "%s has a fraction or an offset, on which cloudkeeper fails"
                                .formatted(key));
            }
            return time;
        }

        private boolean present(String key) {
            var node = list.member(key);
            if (node == null || node.isNull()) {
                refuse(ListReason.MISSING_KEY, key + " is missing");
                return false;
            }
            return true;
        }

        private void malformed(String key, String expectedForm, @Nullable JsonNode node) {
            refuse(
                    ListReason.MALFORMED_KEY,
                    "%s: expected %s, found %s".formatted(key, expectedForm, shown(node)));
        }

        /** Names in the list are compared with those of the certificate, byte for byte. */
        void endorser(X509Certificate leaf) {
            var x509 = list.endorser();
            if (x509 == null) {
                refuse(ListReason.MISSING_KEY, "hv:endorser with one object hv:x509 is missing");
                return;
            }
            for (var key : ENDORSER_TEXTS) {
                var node = x509.get(key);
                if (node == null || node.isNull()) {
                    refuse(ListReason.MISSING_KEY, "hv:endorser: %s is missing".formatted(key));
                } else if (!node.isTextual() || ListFields.line(node).isEmpty()) {
                    malformed("hv:endorser: " + key, "a text on one line", node);
                }
            }
            named(x509, "hv:dn", leaf.getSubjectX500Principal(), ListReason.ENDORSER_DN_MISMATCH);
            named(x509, "hv:ca", leaf.getIssuerX500Principal(), ListReason.ENDORSER_CA_MISMATCH);
        }

        private void named(ObjectNode x509, String key, X500Principal name, ListReason mismatch) {
            var text = ListFields.line(x509.get(key));
            var spellings = SlashName.spellings(name);
            if (text.isPresent() && !spellings.contains(text.get())) {
                refuse(
                        mismatch,
                        "%s: expected '%s', whose certificate has signed, found %s"
                                .formatted(
                                        key,
                                        spellings.getFirst(),
                                        MalformedInput.quoted(text.get())));
            }
            if (spellings.size() > 1) {
                warnings.add(
                        "the name '%s' is not ASCII: no spelling of it suits all readers"
                                .formatted(spellings.getFirst()));
            }
        }

        void expected(X509Certificate leaf) {
            asked(
                    expected.endorser(),
                    leaf.getSubjectX500Principal(),
                    ListReason.UNEXPECTED_ENDORSER);
            asked(expected.issuer(), leaf.getIssuerX500Principal(), ListReason.UNEXPECTED_ISSUER);
            var held = expected.previous().get();
            held.ifPresent(this::continues);
            var uri = list.text("hv:uri");
            var known = expected.source().or(() -> held.flatMap(one -> one.text("hv:uri")));
            if (uri.isPresent() && known.isPresent() && !uri.equals(known)) {
                warnings.add(
                        "hv:uri says that the list is at %s, not %s: nothing follows it there"
                                .formatted(
                                        MalformedInput.quoted(uri.get()),
                                        MalformedInput.quoted(known.get())));
            }
        }

        private void asked(Optional<String> name, X500Principal found, ListReason reason) {
            var spellings = SlashName.spellings(found);
            if (name.isPresent() && !spellings.contains(name.get())) {
                refuse(
                        reason,
                        "expected %s, found '%s'"
                                .formatted(
                                        MalformedInput.quoted(name.get()), spellings.getFirst()));
            }
        }

        private void continues(ImageList held) {
            var identifier = ListFields.uuid(list.member("dc:identifier"));
            var heldIdentifier = ListFields.uuid(held.member("dc:identifier"));
            if (!identifier.equals(heldIdentifier)) {
                refuse(
                        ListReason.OTHER_LIST,
                        "expected the list %s, found %s"
                                .formatted(
                                        heldIdentifier.map(Object::toString).orElse("(no UUID)"),
                                        identifier.map(Object::toString).orElse("(no UUID)")));
                return;
            }
            var version = list.text("hv:version").orElse("");
            var heldVersion = held.text("hv:version").orElse("");
            int order = ListVersion.compare(version, heldVersion);
            unchanged = version.equals(heldVersion) && list.sameContent(held);
            if (order < 0) {
                refuse(
                        ListReason.VERSION_LOWER,
                        "version %s is lower than %s, which is held: an old list was shown again"
                                .formatted(
                                        MalformedInput.quoted(version),
                                        MalformedInput.quoted(heldVersion)));
            } else if (order == 0 && !unchanged) {
                refuse(
                        ListReason.SAME_VERSION_CHANGED,
                        "version %s is held already, with other content"
                                .formatted(MalformedInput.quoted(version)));
            }
            var created = ListFields.instant(list.member("dc:date:created"));
            var heldCreated = ListFields.instant(held.member("dc:date:created"));
            if (created.isPresent()
                    && heldCreated.isPresent()
                    && created.get().isBefore(heldCreated.get())) {
                warnings.add(
                        "created at %s, before the list that is held (%s)"
                                .formatted(created.get(), heldCreated.get()));
            }
        }
    }

    /** A value from outside, fit for a message. */
    static String shown(@Nullable JsonNode node) {
        if (node == null) {
            return "nothing";
        }
        return switch (node.getNodeType()) {
            case STRING -> MalformedInput.quoted(node.asText());
            case NUMBER -> node.isIntegralNumber() ? node.asText() : "a number beyond its range";
            default -> "an item of type " + node.getNodeType().name().toLowerCase(Locale.ROOT);
        };
    }
}
