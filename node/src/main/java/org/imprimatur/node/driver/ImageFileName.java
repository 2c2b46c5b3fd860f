package org.imprimatur.node.driver;

import java.util.Optional;
import java.util.regex.Pattern;
import org.imprimatur.register.Candidate;

/**
 * The name of an image's file in a store, {@code GUID-VERSION.FORMAT}: from validated values only,
 * so that it can never lead anywhere else.
 */
public record ImageFileName(String text) {

    private static final Pattern FORM =
            Pattern.compile(
                    "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-[A-Za-z0-9][A-Za-z0-9._+-]{0,63}\\.[a-z0-9][a-z0-9-]{0,31}");

    public ImageFileName {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException("not the name of an image's file: " + text);
        }
    }

    /** The name under which an image is offered. */
    public static ImageFileName of(Candidate candidate) {
        return new ImageFileName(
                "%s-%s.%s".formatted(candidate.guid(), candidate.version(), candidate.format()));
    }

    /** The format in it. */
    public String format() {
        return text.substring(text.lastIndexOf('.') + 1);
    }

    /** The name of the same image in another format. */
    public ImageFileName in(String format) {
        return new ImageFileName(text.substring(0, text.lastIndexOf('.') + 1) + format);
    }

    /** The GUID in it: files of one image have the same. */
    public String guid() {
        return text.substring(0, 36);
    }

    /** The name of a file that is there, if it is one of ours. */
    static Optional<ImageFileName> parse(String text) {
        return FORM.matcher(text).matches()
                ? Optional.of(new ImageFileName(text))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return text;
    }
}
