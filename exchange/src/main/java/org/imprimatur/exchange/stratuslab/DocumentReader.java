package org.imprimatur.exchange.stratuslab;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;
import javax.xml.XMLConstants;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Person;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Attr;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/**
 * Takes a document apart by position: the root, its one description, and the signature behind it.
 * Nothing is ever searched for, so that nothing can stand where a search finds it and the signature
 * does not mean it.
 */
final class DocumentReader {

    /** The largest length and number that JSON readers everywhere keep. */
    private static final long MAX_NUMBER = 1L << 53;

    private static final int MAX_LOCATION = 2048;
    private static final int MAX_EMAIL = 254;

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,16}");
    private static final Pattern EMAIL = Pattern.compile("[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+");
    private static final Pattern TIME_FORM =
            Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'Z'", Locale.ROOT)
                    .withResolverStyle(ResolverStyle.STRICT);
    private static final Pattern HEX = Pattern.compile("[0-9A-Fa-f]*");

    /** Digits of a checksum. */
    private static final Map<String, Integer> CHECKSUMS =
            Map.of("MD5", 32, "SHA-1", 40, "SHA-256", 64, "SHA-384", 96, "SHA-512", 128);

    /** Known elements that stand at most once, beside those with a place of their own. */
    private static final Set<String> ONCE =
            Set.of(
                    "dcterms:type",
                    "dcterms:title",
                    "dcterms:description",
                    "dcterms:alternative",
                    "dcterms:format",
                    "dcterms:compression",
                    "dcterms:created",
                    "slterms:kind",
                    "slterms:serial-number",
                    "slterms:version",
                    "slterms:os",
                    "slterms:os-version",
                    "slterms:os-arch");

    private static final Set<String> OFTEN =
            Set.of(
                    "dcterms:creator",
                    "dcterms:publisher",
                    "dcterms:isReplacedBy",
                    "dcterms:replaces",
                    "dcterms:isVersionOf",
                    "slterms:location",
                    "slterms:hypervisor",
                    "slterms:inbound-port",
                    "slterms:outbound-port",
                    "slterms:icmp",
                    "slterms:disks-bus");

    private static final Map<String, Integer> LIMITS =
            Map.of(
                    "slterms:inbound-port",
                    65535,
                    "slterms:outbound-port",
                    65535,
                    "slterms:icmp",
                    255);

    private DocumentReader() {}

    /** The two elements in the root. */
    record Parts(Element description, Element signature) {}

    /** Finds description and signature, each at its place and nowhere else. */
    static Parts parts(Document document) {
        var root = document.getDocumentElement();
        if (!Names.is(root, Names.RDF, "RDF")) {
            throw new Refusal(
                    StratusLabCode.NOT_STRATUSLAB,
                    "expected the root rdf:RDF, found "
                            + MalformedInput.quoted(root.getNodeName()));
        }
        var children = XmlReader.children(root);
        if (children.stream().noneMatch(one -> Names.is(one, Names.RDF, "Description"))) {
            throw new Refusal(
                    StratusLabCode.NOT_STRATUSLAB,
                    "expected rdf:Description in rdf:RDF, found none");
        }
        noneBelow(document, "RDF", root);
        if (children.stream().noneMatch(one -> Names.is(one, Names.DSIG, "Signature"))) {
            throw new Refusal(
                    StratusLabCode.NO_SIGNATURE, "expected a signature in rdf:RDF, found none");
        }
        if (children.size() != 2
                || !Names.is(children.get(0), Names.RDF, "Description")
                || !Names.is(children.get(1), Names.DSIG, "Signature")) {
            throw new Refusal(
                    StratusLabCode.SIGNATURE_WRAPPING,
                    "rdf:RDF: expected one rdf:Description and one Signature behind it, found "
                            + MalformedInput.quoted(
                                    children.stream()
                                            .map(Element::getNodeName)
                                            .toList()
                                            .toString()));
        }
        noneBelow(document, "Description", children.get(0));
        var signatures = document.getElementsByTagNameNS(Names.DSIG, "Signature");
        if (signatures.getLength() != 1) {
            throw new Refusal(
                    StratusLabCode.SIGNATURE_WRAPPING,
                    "expected one signature, found " + signatures.getLength());
        }
        base(root);
        return new Parts(children.get(0), children.get(1));
    }

    private static void noneBelow(Document document, String name, Element only) {
        var found = document.getElementsByTagNameNS(Names.RDF, name);
        for (int i = 0; i < found.getLength(); i++) {
            var parent = found.item(i).getParentNode();
            if (found.item(i) != only) {
                throw new Refusal(
                        StratusLabCode.SIGNATURE_WRAPPING,
                        "expected one rdf:%s, found another inside '%s'"
                                .formatted(name, parent == null ? "" : parent.getNodeName()));
            }
        }
    }

    private static void base(Element root) {
        var base = root.getAttributeNS(XMLConstants.XML_NS_URI, "base");
        if (!base.equals(Names.BASE)) {
            throw new Refusal(
                    StratusLabCode.WRONG_BASE,
                    "xml:base: expected '%s', found %s"
                            .formatted(Names.BASE, MalformedInput.quoted(base)));
        }
        if (EnvelopedSignature.attributes(root) != 1) {
            throw new Refusal(
                    StratusLabCode.UNEXPECTED_CONTENT,
                    "rdf:RDF: expected no attribute but xml:base");
        }
    }

    /** Reads the description. */
    static StratusLabDocument read(Element description) {
        return new Reading().read(description);
    }

    /** One description that is being read. */
    private static final class Reading {

        private final TreeMap<String, String> checksums = new TreeMap<>();
        private final TreeMap<String, List<String>> terms = new TreeMap<>();
        private final List<String> foreign = new ArrayList<>();
        private final Set<String> seen = new HashSet<>();
        private @Nullable StratusLabId identifier;
        private long bytes = -1;
        private @Nullable Instant created;
        private StratusLabDocument.@Nullable Endorser endorser;
        private @Nullable Instant valid;
        private @Nullable String deprecated;

        StratusLabDocument read(Element description) {
            var about = description.getAttributeNS(Names.RDF, "about");
            if (EnvelopedSignature.attributes(description) != 1 || about.isEmpty()) {
                throw unexpected(description, "the attribute rdf:about and no other");
            }
            for (var element : XmlReader.children(description)) {
                read(element, name(element));
            }
            var id = required(identifier, "dcterms:identifier");
            if (!about.equals("#" + id)) {
                throw new Refusal(
                        StratusLabCode.IDENTIFIER_MISMATCH,
                        "rdf:about: expected '#%s', found %s"
                                .formatted(id, MalformedInput.quoted(about)));
            }
            var sha1 = required(checksums.get("SHA-1"), "slreq:checksum with SHA-1");
            if (!id.sha1().equals(sha1)) {
                throw new Refusal(
                        StratusLabCode.IDENTIFIER_MISMATCH,
                        "dcterms:identifier: is that of SHA-1 %s, and the checksum is %s"
                                .formatted(id.sha1(), sha1));
            }
            if (bytes < 0) {
                throw missing("slreq:bytes");
            }
            required(terms.get("dcterms:type"), "dcterms:type");
            return new StratusLabDocument(
                    id,
                    bytes,
                    checksums,
                    required(created, "slreq:endorsement"),
                    required(endorser, "slreq:endorser"),
                    valid,
                    deprecated,
                    terms,
                    foreign);
        }

        private void read(Element element, @Nullable String name) {
            if (name == null) {
                foreign(element);
                foreign.add("{%s}%s".formatted(namespace(element), element.getLocalName()));
                return;
            }
            switch (name) {
                case "dcterms:identifier" -> {
                    once(name);
                    identifier = identifier(value(element));
                }
                case "slreq:bytes" -> {
                    once(name);
                    bytes = number(name, value(element), MAX_NUMBER);
                }
                case "slreq:checksum" -> checksum(element);
                case "slreq:endorsement" -> {
                    once(name);
                    endorsement(element);
                }
                case "dcterms:valid" -> {
                    once(name);
                    var text = value(element);
                    valid = text.isEmpty() ? null : time(name, text);
                }
                case "slterms:deprecated" -> {
                    once(name);
                    deprecated = value(element);
                }
                case "slterms:tag" ->
                        throw new Refusal(
                                StratusLabCode.SERVER_MARKER,
                                "slterms:tag: expected none, a mark that servers make for"
                                        + " themselves");
                default -> term(element, name);
            }
        }

        private void term(Element element, String name) {
            if (ONCE.contains(name)) {
                once(name);
            } else if (!OFTEN.contains(name)) {
                foreign(element);
                foreign.add("{%s}%s".formatted(namespace(element), element.getLocalName()));
                return;
            }
            var text = value(element);
            var limit = LIMITS.get(name);
            if (limit != null) {
                number(name, text, limit);
            } else if (name.equals("slterms:location") && text.length() > MAX_LOCATION) {
                throw malformed(name, "at most %d characters".formatted(MAX_LOCATION), text);
            }
            if (!text.isEmpty()) {
                terms.computeIfAbsent(name, _ -> new ArrayList<>()).add(text);
            }
        }

        private void checksum(Element element) {
            var parts = resource(element, "slreq:algorithm", "slreq:value");
            var algorithm = value(parts.get(0));
            var text = value(parts.get(1));
            var digits = CHECKSUMS.get(algorithm);
            if (digits == null) {
                foreign.add("checksum " + MalformedInput.quoted(algorithm));
                return;
            }
            if (text.length() != digits || !HEX.matcher(text).matches()) {
                throw new Refusal(
                        StratusLabCode.MALFORMED_CHECKSUM,
                        "slreq:checksum: expected %d hex digits for %s, found %s"
                                .formatted(digits, algorithm, MalformedInput.quoted(text)));
            }
            if (checksums.put(algorithm, text.toLowerCase(Locale.ROOT)) != null) {
                throw duplicate("slreq:checksum with " + algorithm);
            }
        }

        private void endorsement(Element element) {
            var parts = resource(element, "dcterms:created", "slreq:endorser");
            created = time("slreq:endorsement/dcterms:created", value(parts.get(0)));
            var who = resource(parts.get(1), "slreq:email", "slreq:subject", "slreq:issuer");
            var email = value(who.get(0));
            if (email.length() > MAX_EMAIL || !EMAIL.matcher(email).matches()) {
                throw malformed("slreq:email", "a mail address", email);
            }
            endorser =
                    new StratusLabDocument.Endorser(
                            email,
                            distinguishedName("slreq:subject", value(who.get(1))),
                            distinguishedName("slreq:issuer", value(who.get(2))));
        }

        private static String distinguishedName(String name, String text) {
            if (text.length() > Person.MAX_NAME) {
                throw malformed(name, "at most %d characters".formatted(Person.MAX_NAME), text);
            }
            try {
                return new X500Principal(text).getName(X500Principal.RFC2253);
            } catch (IllegalArgumentException e) {
                throw malformed(name, "a name as RFC 2253 writes it", text);
            }
        }

        private void once(String name) {
            if (!seen.add(name)) {
                throw duplicate(name);
            }
        }

        /** The parts of an element that is a resource, in this order. */
        private static List<Element> resource(Element element, String... names) {
            var type = element.getAttributeNS(Names.RDF, "parseType");
            if (!type.equals("Resource") || EnvelopedSignature.attributes(element) != 1) {
                throw unexpected(element, "rdf:parseType=\"Resource\" and no other attribute");
            }
            var parts = XmlReader.children(element);
            var found = parts.stream().map(part -> String.valueOf(name(part))).toList();
            var expected = List.of(names);
            for (var one : expected) {
                if (found.stream().filter(one::equals).count() > 1) {
                    throw duplicate(one + " in " + element.getNodeName());
                }
                if (!found.contains(one)) {
                    throw missing(one + " in " + element.getNodeName());
                }
            }
            if (parts.size() != expected.size()) {
                throw unexpected(element, String.join(", ", expected));
            }
            return expected.stream().map(one -> parts.get(found.indexOf(one))).toList();
        }

        /** The text of an element that has nothing but text, and perhaps a language. */
        private static String value(Element element) {
            var all = element.getAttributes();
            for (int i = 0; i < all.getLength(); i++) {
                var attribute = (Attr) all.item(i);
                if (!EnvelopedSignature.isDeclaration(attribute)
                        && !attribute.getName().equals("xml:lang")) {
                    throw unexpected(element, "no attributes");
                }
            }
            return XmlReader.text(element);
        }

        /**
         * What others have added may be anything, but for RDF's ways of speaking about another
         * resource, or of resolving names otherwise.
         */
        private static void foreign(Element element) {
            var all = element.getAttributes();
            for (int i = 0; i < all.getLength(); i++) {
                var attribute = (Attr) all.item(i);
                var resource =
                        "parseType".equals(attribute.getLocalName())
                                && attribute.getValue().equals("Resource");
                if (Names.RDF.equals(attribute.getNamespaceURI()) && !resource
                        || attribute.getName().equals("xml:base")) {
                    throw unexpected(element, "no attribute " + attribute.getName());
                }
            }
            for (var node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
                if (node instanceof Element child) {
                    foreign(child);
                }
            }
        }

        private static StratusLabId identifier(String text) {
            try {
                return new StratusLabId(text);
            } catch (MalformedInput e) {
                throw new Refusal(
                        StratusLabCode.MALFORMED_IDENTIFIER,
                        "dcterms:identifier: " + e.explanation());
            }
        }

        private static long number(String name, String text, long limit) {
            if (!NUMBER.matcher(text).matches() || Long.parseLong(text) > limit) {
                throw new Refusal(
                        StratusLabCode.NUMBER_OUT_OF_RANGE,
                        "%s: expected a number from 0 to %d, found %s"
                                .formatted(name, limit, MalformedInput.quoted(text)));
            }
            return Long.parseLong(text);
        }

        private static Instant time(String name, String text) {
            try {
                if (TIME_FORM.matcher(text).matches()) {
                    return LocalDateTime.parse(text, TIME).toInstant(ZoneOffset.UTC);
                }
            } catch (DateTimeException e) {
                throw notATime(name, text);
            }
            throw notATime(name, text);
        }

        private static Refusal notATime(String name, String text) {
            return new Refusal(
                    StratusLabCode.MALFORMED_TIME,
                    "%s: expected a time such as 2026-11-21T12:00:00Z, found %s"
                            .formatted(name, MalformedInput.quoted(text)));
        }

        private static <T> T required(@Nullable T value, String name) {
            if (value == null) {
                throw missing(name);
            }
            return value;
        }

        private static Refusal missing(String name) {
            return new Refusal(
                    StratusLabCode.MISSING_ELEMENT, "expected %s, found none".formatted(name));
        }

        private static Refusal duplicate(String name) {
            return new Refusal(
                    StratusLabCode.DUPLICATE_ELEMENT,
                    "expected %s once, found more".formatted(name));
        }

        private static Refusal malformed(String name, String expected, String found) {
            return new Refusal(
                    StratusLabCode.MALFORMED_VALUE,
                    "%s: expected %s, found %s"
                            .formatted(name, expected, MalformedInput.quoted(found)));
        }

        private static Refusal unexpected(Element element, String expected) {
            return new Refusal(
                    StratusLabCode.UNEXPECTED_CONTENT,
                    "%s: expected %s".formatted(element.getNodeName(), expected));
        }
    }

    private static String namespace(Element element) {
        var namespace = element.getNamespaceURI();
        return namespace == null ? "" : namespace;
    }

    /** The usual name of an element of a known namespace, or null: prefixes do not count. */
    private static @Nullable String name(Element element) {
        return switch (namespace(element)) {
            case Names.DCTERMS -> "dcterms:" + element.getLocalName();
            case Names.SLREQ -> "slreq:" + element.getLocalName();
            case Names.SLTERMS -> "slterms:" + element.getLocalName();
            case Names.RDF -> "rdf:" + element.getLocalName();
            default -> null;
        };
    }
}
