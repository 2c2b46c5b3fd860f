package org.imprimatur.inspect.rules;

import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** Any text as a profile. What our reader takes, a reader of all of YAML reads in the same way. */
public final class ProfileFuzz {

    private ProfileFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        var text = new String(input, StandardCharsets.UTF_8);
        try {
            new ProfileReader("input", null).read(text, 0).digest();
        } catch (InvalidProfile bad) {
            if (bad.faults().isEmpty() || bad.faults().size() > 2 * StrictYaml.MAX_FAULTS) {
                throw new IllegalStateException("faults without end", bad);
            }
        }
        compare(text);
    }

    /** Fails if our reader finds no fault, and another reader reads something else. */
    static void compare(String text) {
        var faults = new ArrayList<Integer>();
        var ours = StrictYaml.parse(text, (line, _) -> faults.add(line));
        if (!faults.isEmpty()) {
            return;
        }
        var theirs = new Yaml(new LoaderOptions()).compose(new StringReader(text));
        Object expected = theirs == null ? Map.of() : plain(theirs);
        // A document without content is an empty text to the other reader, and has no members to
        // ours.
        if (expected.equals("") && plain(ours).equals(Map.of())) {
            return;
        }
        if (!plain(ours).equals(expected)) {
            throw new IllegalStateException("%s, not %s".formatted(plain(ours), expected));
        }
    }

    private static Object plain(StrictYaml.Value value) {
        return switch (value) {
            case StrictYaml.Scalar(_, var text) -> text;
            case StrictYaml.Items(_, var items) ->
                    items.stream().map(StrictYaml.Scalar::text).toList();
            case StrictYaml.Members(_, var byName) -> {
                var map = new LinkedHashMap<String, Object>();
                byName.forEach((name, member) -> map.put(name, plain(member.value())));
                yield map;
            }
        };
    }

    private static Object plain(Node node) {
        return switch (node) {
            case ScalarNode scalar -> scalar.getValue();
            case SequenceNode sequence ->
                    List.copyOf(sequence.getValue().stream().map(ProfileFuzz::plain).toList());
            case MappingNode mapping -> {
                var map = new LinkedHashMap<String, Object>();
                for (var each : mapping.getValue()) {
                    map.put(
                            ((ScalarNode) each.getKeyNode()).getValue(),
                            plain(each.getValueNode()));
                }
                yield map;
            }
            default -> throw new IllegalStateException("an unexpected node: " + node);
        };
    }
}
