package org.imprimatur.inspect.packages;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.imprimatur.inspect.packages.TextPackages.Kind;

/**
 * What Python, Node, Ruby and Debian write of packages and licences; the first byte tells which.
 */
public final class TextPackagesFuzz {

    private TextPackagesFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        var kind = Kind.values()[(input[0] & 0xff) % Kind.values().length];
        var content = Arrays.copyOfRange(input, 1, input.length);
        var each = TextPackages.parse(kind, content, "/x");
        TextPackages.copyright(content);
        if (each != null) {
            each.licences().forEach(Licences::expression);
        }
    }

    public static Stream<byte[]> seeds() {
        return Stream.of(
                        "\0Name: x\nVersion: 1\nLicense: MIT\n",
                        "\u0001{\"name\":\"@a/b\",\"version\":\"1\",\"license\":\"MIT OR (GPL-2.0 AND"
                                + " X)\"}",
                        "\u0002s.name = \"rake\"\ns.version = \"1\"\ns.licenses = [\"MIT\"]\n",
                        "\u0003Format: copyright-format/1.0\nLicense: GPL-2+\n")
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }
}
