package org.imprimatur.inspect.context;

import java.util.List;
import java.util.Map;
import org.imprimatur.inspect.context.Medium.Item;

/** Any bytes as a script, and as another that it runs. */
public final class ContextFuzz {

    private ContextFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        var content = new Item.Content(input);
        Contextualisation.check(
                new Medium(
                        Map.of("prolog.sh", content, "epilog.sh", content, "lib.sh", content),
                        List.of()));
    }
}
