package org.imprimatur.exchange.streams;

import java.util.regex.Pattern;
import org.imprimatur.exchange.streams.StreamsRefusal.Code;
import org.imprimatur.register.MalformedInput;

/** Paths in an index, relative to where it is served: plain names, parted by slashes. */
final class SafePath {

    private static final Pattern FORM =
            Pattern.compile(
                    "[A-Za-z0-9_+][A-Za-z0-9._+~-]{0,254}(?:/[A-Za-z0-9_+][A-Za-z0-9._+~-]{0,254}){0,15}");

    private SafePath() {}

    static String check(String path) {
        if (path.length() > 1024 || !FORM.matcher(path).matches()) {
            throw new StreamsRefusal(
                    Code.UNSAFE_PATH,
                    "expected a relative path of plain names, found "
                            + MalformedInput.quoted(path));
        }
        return path;
    }
}
