package org.imprimatur.register;

/**
 * The name of a record of the status map: of a thing that statements are about ({@code
 * docs/format.md}, "Status map").
 */
public record StatusKey(String text) implements Comparable<StatusKey> {

    private static final String GUID = "guid:";
    private static final String IMAGE = "image:";

    public StatusKey {
        Text.line("", text, 1, 200);
    }

    /** An image in all its versions. */
    public static StatusKey of(Guid guid) {
        return new StatusKey(GUID + guid);
    }

    /** An image file. */
    public static StatusKey of(Sha512 image) {
        return new StatusKey(IMAGE + image);
    }

    /** A person. */
    public static StatusKey of(Person person) {
        return new StatusKey("person:" + person.digest().hex());
    }

    /** A version of a policy. */
    static StatusKey ofPolicy(Sha256 document) {
        return new StatusKey("policy:" + document.hex());
    }

    /**
     * Reads what somebody asks for.
     *
     * @throws MalformedInput unless it is {@code guid:…} or {@code image:sha512:…}
     */
    public static StatusKey parseAsked(String text) {
        if (text.startsWith(GUID)) {
            return of(Guid.parse(text.substring(GUID.length())));
        }
        if (text.startsWith(IMAGE)) {
            return of(Sha512.parse(text.substring(IMAGE.length())));
        }
        throw MalformedInput.value("guid:GUID or image:sha512:HEX", text);
    }

    @Override
    public int compareTo(StatusKey other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
