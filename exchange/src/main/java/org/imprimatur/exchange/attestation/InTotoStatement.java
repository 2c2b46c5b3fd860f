package org.imprimatur.exchange.attestation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.imprimatur.exchange.OpenJson;
import org.imprimatur.register.MalformedInput;

/**
 * An in-toto Statement, v0.1 or v1, of any tool.
 *
 * @param type the value of {@code _type}
 * @param subjects what it speaks of
 * @param predicateType what kind of thing it says
 * @param predicate what it says; an empty object where it says nothing more
 */
public record InTotoStatement(
        String type, List<Subject> subjects, String predicateType, ObjectNode predicate) {

    /** The types that are read. */
    public static final List<String> TYPES =
            List.of("https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1");

    private static final int MAX_SUBJECTS = 1024;
    private static final int MAX_DIGESTS = 16;
    private static final int MAX_TOKENS = 500_000;
    private static final Pattern HEX = Pattern.compile("[0-9a-f]+");

    /** Hex digits of each algorithm that an image can be known by. */
    static final Map<String, Integer> STRONG = Map.of("sha256", 64, "sha384", 96, "sha512", 128);

    /**
     * One thing that a statement speaks of.
     *
     * @param name what it is called there; may be empty
     * @param digests by algorithm, as they stand there
     */
    public record Subject(String name, Map<String, String> digests) {

        public Subject {
            digests = Map.copyOf(digests);
        }
    }

    public InTotoStatement {
        subjects = List.copyOf(subjects);
    }

    /** Another {@code _type} than is read. */
    static final class UnknownType extends RuntimeException {

        private static final long serialVersionUID = 1;

        UnknownType(String found) {
            super(
                    "_type: expected %s, found %s"
                            .formatted(String.join(" or ", TYPES), MalformedInput.quoted(found)));
        }
    }

    /**
     * Reads a statement.
     *
     * @throws MalformedInput when it is none
     * @throws UnknownType when it is of a version that is not known
     */
    static InTotoStatement parse(byte[] payload) {
        var json = OpenJson.read(payload, SignedEnvelope.MAX_BYTES, MAX_TOKENS);
        var type = OpenJson.text(json, "_type", 256);
        if (!TYPES.contains(type)) {
            throw new UnknownType(type);
        }
        var subjects = new ArrayList<Subject>();
        for (var one : OpenJson.list(json, "subject", MAX_SUBJECTS)) {
            subjects.add(
                    new Subject(OpenJson.optionalText(one, "name", 4096).orElse(""), digests(one)));
        }
        if (subjects.isEmpty()) {
            throw new MalformedInput("subject", "at least one subject", "none");
        }
        var predicate = json.path("predicate");
        if (!predicate.isObject() && !predicate.isMissingNode() && !predicate.isNull()) {
            throw new MalformedInput("predicate", "an object", "another value");
        }
        return new InTotoStatement(
                type,
                subjects,
                OpenJson.text(json, "predicateType", 1024),
                predicate instanceof ObjectNode object ? object : json.objectNode());
    }

    private static Map<String, String> digests(com.fasterxml.jackson.databind.JsonNode subject) {
        if (!(subject.path("digest") instanceof ObjectNode set)) {
            throw new MalformedInput("subject.digest", "an object of digests", "none");
        }
        if (set.isEmpty() || set.size() > MAX_DIGESTS) {
            throw new MalformedInput(
                    "subject.digest",
                    "1 to %d digests".formatted(MAX_DIGESTS),
                    set.size() + " digests");
        }
        var digests = new LinkedHashMap<String, String>();
        for (var property : set.properties()) {
            var value = OpenJson.text(set, property.getKey(), 1024);
            var length = STRONG.get(property.getKey());
            if (length != null && (value.length() != length || !HEX.matcher(value).matches())) {
                throw new MalformedInput(
                        "subject.digest." + property.getKey(),
                        "%d lower-case hex digits".formatted(length),
                        MalformedInput.quoted(value));
            }
            digests.put(property.getKey(), value);
        }
        return digests;
    }
}
