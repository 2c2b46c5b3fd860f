package org.imprimatur.inspect.secrets;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** Content of any kind, cut and whole: both must tell the same. */
public final class SecretSearchFuzz {

    private static final List<String> PATHS =
            List.of(
                    "",
                    "/root/.netrc",
                    "/root/.docker/config.json",
                    "/etc/ipsec.secrets",
                    "/root/.npmrc",
                    "/root/.m2/settings.xml",
                    "/srv/.env",
                    "/root/.subversion/auth/svn.simple/a");

    private static final SecretSearch WHOLE = new SecretSearch();
    private static final SecretSearch CUT = new SecretSearch();

    private SecretSearchFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length < 2) {
            return;
        }
        var path = PATHS.get((input[0] & 0xff) % PATHS.size());
        int piece = 1 + (input[1] & 0xff);
        WHOLE.begin(path);
        WHOLE.accept(0, input, 2, input.length - 2);
        CUT.begin(path);
        for (int at = 2; at < input.length; at += piece) {
            CUT.accept(at - 2, input, at, Math.min(piece, input.length - at));
        }
        var whole = WHOLE.finish();
        var cut = CUT.finish();
        if (!whole.equals(cut)) {
            throw new AssertionError(whole + " and, cut in pieces of " + piece + ", " + cut);
        }
    }

    public static Stream<byte[]> seeds() {
        return Examples.ALL.stream()
                .map(each -> ("\0A " + each.good()).getBytes(StandardCharsets.ISO_8859_1));
    }
}
