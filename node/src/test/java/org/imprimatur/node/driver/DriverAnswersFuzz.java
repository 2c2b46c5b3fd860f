package org.imprimatur.node.driver;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/** What outside places answer: any bytes end in a result or in a {@link DriverException}. */
public final class DriverAnswersFuzz {

    private DriverAnswersFuzz() {}

    /** The first byte chooses whose answer it is. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] answer = Arrays.copyOfRange(input, 1, input.length);
        try {
            switch (input[0] & 7) {
                case 0 -> GlanceImage.read(answer);
                case 1 -> GlanceImage.page(answer);
                case 2 -> Keystone.read("token", answer, Optional.of("RegionOne"), "public");
                case 4 -> XmlRpc.read(answer);
                case 5 -> OneImage.pool(new String(answer, UTF_8));
                case 6 -> OneImage.read(new String(answer, UTF_8));
                default -> ExecDriver.held(answer, Set.of());
            }
        } catch (DriverException expected) {
            if (expected.getMessage() == null) {
                throw new AssertionError("a failure says what it is", expected);
            }
        }
    }
}
