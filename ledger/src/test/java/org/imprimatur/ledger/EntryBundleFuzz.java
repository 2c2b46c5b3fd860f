package org.imprimatur.ledger;

import java.util.Arrays;
import java.util.stream.Stream;

/** Entry bundles as a server may give them: decoded, or refused. */
public final class EntryBundleFuzz {

    private EntryBundleFuzz() {}

    /** One input. The first byte is how many entries the bundle should have. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        int width = Math.max(1, input[0] & 0xff);
        var bytes = Arrays.copyOfRange(input, 1, input.length);
        try {
            var entries = new EntryBundle(0, width).decode(bytes);
            var again = EntryBundle.encode(entries);
            // A wider bundle may be given, and begins with the one that was asked for.
            if (entries.size() != width
                    || !Arrays.equals(again, Arrays.copyOf(bytes, again.length))) {
                throw new AssertionError("a bundle with two spellings");
            }
        } catch (MalformedInput refused) {
            return;
        }
    }

    /** Bundles of one and of three entries. */
    public static Stream<byte[]> seeds() {
        return Stream.of(1, 3)
                .map(
                        size -> {
                            var bundle = EntryBundle.encode(SampleTree.entries(size));
                            var input = new byte[bundle.length + 1];
                            input[0] = size.byteValue();
                            System.arraycopy(bundle, 0, input, 1, bundle.length);
                            return input;
                        });
    }
}
