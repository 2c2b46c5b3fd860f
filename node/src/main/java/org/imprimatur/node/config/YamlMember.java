package org.imprimatur.node.config;

import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.imprimatur.register.MalformedInput;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * One place in a YAML document that knows its file, line and member name, so that each error can
 * say where it is.
 *
 * <p>Every scalar is text here, whatever YAML would make of it: a policy version {@code 1.10} stays
 * {@code 1.10}. No YAML type is ever constructed.
 */
public final class YamlMember {

    private static final int LARGEST = 1 << 20;
    private static final Set<String> SCHEMES = Set.of("http", "https");

    private final String file;
    private final String name;
    private final Node node;

    private YamlMember(String file, String name, Node node) {
        this.file = file;
        this.name = name;
        this.node = node;
    }

    /**
     * Reads a file of at most 1 MiB.
     *
     * @throws BadConfiguration when it cannot be read or is not one YAML document
     */
    public static YamlMember read(Path file) {
        return parse(file.toString(), text(file));
    }

    /**
     * The text of a file of at most 1 MiB, for {@link #parse}.
     *
     * @throws BadConfiguration when it cannot be read
     */
    public static String text(Path file) {
        try {
            if (Files.size(file) > LARGEST) {
                throw bad(file, 0, "larger than " + LARGEST + " bytes");
            }
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw bad(file, 0, "no such file");
        } catch (IOException e) {
            throw bad(file, 0, "cannot be read as UTF-8 text: " + e.getMessage());
        }
    }

    /**
     * Reads a document.
     *
     * @param file what errors call it
     * @throws BadConfiguration when it is not one YAML document
     */
    public static YamlMember parse(String file, String text) {
        var options = new LoaderOptions();
        options.setNestingDepthLimit(16);
        options.setCodePointLimit(LARGEST);
        options.setMaxAliasesForCollections(0);
        try {
            Node root = new Yaml(options).compose(new StringReader(text));
            if (root == null) {
                throw bad(file, 0, "empty; members were expected");
            }
            return new YamlMember(file, "", root);
        } catch (MarkedYAMLException e) {
            var mark = e.getProblemMark();
            throw bad(file, mark == null ? 0 : mark.getLine() + 1, "not YAML: " + e.getProblem());
        } catch (org.yaml.snakeyaml.error.YAMLException e) {
            throw bad(file, 0, "not YAML: " + e.getMessage());
        }
    }

    private static BadConfiguration bad(Object file, int line, String fault) {
        return new BadConfiguration(ConfigFault.of(file.toString(), line, fault));
    }

    /** The member's name from the document's root, for example {@code policy.file}. */
    public String name() {
        return name;
    }

    /** Whether it has members. */
    public boolean isMapping() {
        return node instanceof MappingNode;
    }

    /** All members of this mapping by name, in the order of the document. */
    public Map<String, YamlMember> members() {
        if (!(node instanceof MappingNode mapping)) {
            throw wrong("is not a mapping", "write \"member: value\" lines below it");
        }
        var members = new LinkedHashMap<String, YamlMember>();
        for (var tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                throw wrong("has a member whose name is not plain text", "use a plain name");
            }
            String child = name.isEmpty() ? key.getValue() : name + "." + key.getValue();
            var member = new YamlMember(file, child, tuple.getValueNode());
            if (members.put(key.getValue(), member) != null) {
                throw member.wrong("is given twice", "remove one of them");
            }
        }
        return members;
    }

    /** Refuses members that nobody knows: a misspelt setting must not be a silent default. */
    public YamlMember allowing(String... names) {
        var known = Set.of(names);
        var faults = new Faults();
        members()
                .forEach(
                        (key, member) -> {
                            if (!known.contains(key)) {
                                faults.check(
                                        () -> {
                                            throw member.wrong(
                                                    "is not known here",
                                                    "one of " + String.join(", ", List.of(names)));
                                        });
                            }
                        });
        faults.complete();
        return this;
    }

    /** A member that may be missing. */
    public Optional<YamlMember> optional(String member) {
        return Optional.ofNullable(members().get(member));
    }

    /** A member that must be there; the hint shows how to write it. */
    public YamlMember required(String member, String hint) {
        return optional(member).orElseThrow(() -> wrong("has no member \"" + member + "\"", hint));
    }

    /** The items of this list. */
    public List<YamlMember> items() {
        if (!(node instanceof SequenceNode sequence)) {
            throw wrong("is not a list", "write \"- item\" lines below it");
        }
        var items = sequence.getValue();
        return IntStream.range(0, items.size())
                .mapToObj(i -> new YamlMember(file, name + "[" + i + "]", items.get(i)))
                .toList();
    }

    /** The text of this scalar; never empty. */
    public String text() {
        if (!(node instanceof ScalarNode scalar) || scalar.getValue().isBlank()) {
            throw wrong("is not a value", "write \"" + name + ": value\"");
        }
        return scalar.getValue().strip();
    }

    /**
     * The value that {@code reader} makes of the text; what it throws as an {@link
     * IllegalArgumentException} or {@link MalformedInput} becomes the error, with the hint.
     */
    public <T> T as(Function<String, T> reader, String hint) {
        String text = text();
        try {
            return reader.apply(text);
        } catch (IllegalArgumentException | MalformedInput e) {
            throw wrong(e.getMessage() == null ? "cannot be used" : e.getMessage(), hint);
        }
    }

    /** Whether this says {@code true}; nothing but {@code true} or {@code false} is taken. */
    public boolean yes() {
        return as(
                text ->
                        switch (text) {
                            case "true" -> true;
                            case "false" -> false;
                            default -> throw new IllegalArgumentException("is \"" + text + "\"");
                        },
                "true or false");
    }

    /** A whole number of at least {@code least} and at most {@code most}. */
    public int number(int least, int most) {
        return as(
                text -> {
                    int number;
                    try {
                        number = Integer.parseInt(text);
                    } catch (NumberFormatException _) {
                        throw new IllegalArgumentException("is \"" + text + "\"");
                    }
                    if (number < least || number > most) {
                        throw new IllegalArgumentException("is " + number);
                    }
                    return number;
                },
                "a whole number, %d to %d".formatted(least, most));
    }

    /**
     * This member and all below it in one line of text that does not depend on layout, comments or
     * the order of members: scalars in quotes, {@code [a,b]} and {@code {"name":value}} with the
     * names sorted.
     */
    public String canonical() {
        return switch (node) {
            case MappingNode _ ->
                    members().entrySet().stream()
                            .sorted(Map.Entry.comparingByKey())
                            .map(e -> quoted(e.getKey()) + ":" + e.getValue().canonical())
                            .collect(Collectors.joining(",", "{", "}"));
            case SequenceNode _ ->
                    items().stream()
                            .map(YamlMember::canonical)
                            .collect(Collectors.joining(",", "[", "]"));
            default -> quoted(text());
        };
    }

    private static String quoted(String text) {
        var quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ' || c == 0x85 || c == 0x2028 || c == 0x2029) {
                // What YAML takes for the end of a line would be read as a space.
                quoted.append("\\u%04x".formatted((int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    /** A path, relative ones from the directory of the configuration file. */
    public Path path() {
        Path parent = Path.of(file).toAbsolutePath().getParent();
        return as(
                text -> (parent == null ? Path.of(text) : parent.resolve(text)).normalize(),
                "a path of a file or directory");
    }

    /** The path of a directory that is there. */
    public Path directory() {
        var path = path();
        if (!Files.isDirectory(path)) {
            throw wrong("is " + path + ", which is no directory", "make it, or correct it");
        }
        return path;
    }

    /**
     * The http: or https: address of a server, to which paths are added: without a slash at its
     * end, and without query, fragment and user.
     */
    public URI server(String hint) {
        return as(YamlMember::address, hint);
    }

    private static URI address(String text) {
        var url = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
        if (url.getScheme() == null
                || !SCHEMES.contains(url.getScheme().toLowerCase(Locale.ROOT))
                || url.getHost() == null
                || url.getQuery() != null
                || url.getFragment() != null
                || url.getUserInfo() != null) {
            throw new IllegalArgumentException("is not an http: or https: address");
        }
        return url;
    }

    /** An error at this place. */
    public BadConfiguration wrong(String fault, String hint) {
        return new BadConfiguration(
                new ConfigFault(
                        file,
                        node.getStartMark().getLine() + 1,
                        name,
                        name.isEmpty() ? "the document " + fault : fault,
                        hint));
    }
}
