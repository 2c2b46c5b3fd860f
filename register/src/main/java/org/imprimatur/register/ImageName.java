package org.imprimatur.register;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How somebody who asks for a decision names an image. */
public sealed interface ImageName {

    /** Reads {@code sha512:…}, {@code GUID}, {@code GUID@VERSION} or {@code driver:NAME/ID}. */
    static ImageName parse(String text) {
        if (text.startsWith("sha512:")) {
            return new ByDigest(Sha512.parse(text));
        }
        if (text.startsWith(AtDriver.PREFIX)) {
            return AtDriver.parse(text);
        }
        int at = text.indexOf('@');
        if (at < 0) {
            return new ByGuid(guid(text, text), null);
        }
        return new ByGuid(guid(text, text.substring(0, at)), new Version(text.substring(at + 1)));
    }

    private static Guid guid(String whole, String text) {
        try {
            return Guid.parse(text);
        } catch (MalformedInput _) {
            throw MalformedInput.value("sha512:…, GUID, GUID@VERSION or driver:NAME/ID", whole);
        }
    }

    /** By what it is. */
    record ByDigest(Sha512 digest) implements ImageName {

        @Override
        public String toString() {
            return digest.toString();
        }
    }

    /**
     * By its endorsements.
     *
     * @param version null for whichever there is
     */
    record ByGuid(Guid guid, @Nullable Version version) implements ImageName {

        @Override
        public String toString() {
            return version == null ? guid.toString() : guid + "@" + version;
        }
    }

    /**
     * By the id that a driver of the site gave it.
     *
     * @param driver the driver's name
     */
    record AtDriver(String driver, String id) implements ImageName {

        private static final String PREFIX = "driver:";
        private static final Pattern DRIVER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

        public AtDriver {
            Text.matching("", DRIVER, "the name of a driver", driver);
            Text.line("", id, 1, 1024);
        }

        private static AtDriver parse(String text) {
            int slash = text.indexOf('/');
            if (slash < 0) {
                throw MalformedInput.value("driver:NAME/ID", text);
            }
            return new AtDriver(text.substring(PREFIX.length(), slash), text.substring(slash + 1));
        }

        @Override
        public String toString() {
            return PREFIX + driver + "/" + id;
        }
    }
}
