package org.imprimatur.exchange.hepix;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.UUID;
import java.util.regex.Pattern;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Person;

/**
 * Where on a node a list is: for virtual organisations and appliances the paths that the
 * Applications Database had, so that its subscribers need only another host name.
 *
 * @param name of the owner, the appliance (its tag or GUID), or the person (hex of the digest)
 */
public record ListPath(Kind kind, String name) {

    /** What a list is of, with its part of the path. */
    public enum Kind {
        /** All that a virtual organisation endorses. */
        VO("vo"),
        /** All that an infrastructure endorses. */
        INFRASTRUCTURE("infrastructure"),
        /** All that a site endorses. */
        SITE("site"),
        /** One image in its newest version. */
        APPLIANCE("vappliance"),
        /** All that one person endorses. */
        PERSON("person");

        private final String segment;

        Kind(String segment) {
            this.segment = segment;
        }
    }

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

    /** The namespace of URLs in RFC 9562. */
    private static final UUID URLS = UUID.fromString("6ba7b811-9dad-11d1-80b4-00c04fd430c8");

    public ListPath {
        var form = kind == Kind.PERSON ? DIGEST : NAME;
        if (!form.matcher(name).matches()) {
            throw new MalformedInput(
                    "",
                    kind == Kind.PERSON
                            ? "the SHA-256 of a person in hex"
                            : "a name of letters, digits, '.', '_' and '-'",
                    MalformedInput.quoted(name));
        }
    }

    /** The list of an owner. */
    public static ListPath of(Owner owner) {
        return new ListPath(
                switch (owner.kind()) {
                    case VO -> Kind.VO;
                    case INFRASTRUCTURE -> Kind.INFRASTRUCTURE;
                    case SITE -> Kind.SITE;
                },
                owner.name());
    }

    /** The list of a person. */
    public static ListPath of(Person person) {
        return new ListPath(Kind.PERSON, person.digest().hex());
    }

    /** Reads {@code vo/biomed}, the middle of a path. */
    public static ListPath parse(String kind, String name) {
        for (var one : Kind.values()) {
            if (one.segment.equals(kind)) {
                return new ListPath(one, name);
            }
        }
        throw new MalformedInput(
                "", "vo, infrastructure, site, vappliance or person", MalformedInput.quoted(kind));
    }

    /** The whole path, from the slash on. */
    public String path() {
        return "/store/%s/%s/image.list".formatted(kind.segment, name);
    }

    /** The identifier of the list for its whole life: the same whoever makes it, and whenever. */
    public UUID identifier(Origin ledger) {
        return NameUuid.of(URLS, "imprimatur:list:%s:%s".formatted(ledger, path()).getBytes(UTF_8));
    }

    @Override
    public String toString() {
        return path();
    }
}
