package org.imprimatur.inspect.packages;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.Shown;
import org.jspecify.annotations.Nullable;

/** The small files in which Python, Node and Ruby say what is installed, by their places. */
final class TextPackages {

    /** No such file of an honest package comes near this. */
    static final int MAX_BYTES = 4 << 20;

    private static final int MAX_LICENCE = 200;

    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(200)
                                    .maxStringLength(MAX_BYTES)
                                    .build())
                    .build();

    private static final Pattern GEM_NAME =
            Pattern.compile("\\.name\\s*=\\s*[\"']([^\"'\n]{1,200})[\"']");
    private static final Pattern GEM_VERSION =
            Pattern.compile(
                    "\\.version\\s*=\\s*(?:Gem::Version\\.new\\()?\\s*[\"']([^\"'\n]{1,100})[\"']");
    private static final Pattern GEM_LICENCES =
            Pattern.compile("\\.licenses?\\s*=\\s*\\[?([^\\]\n]{1,400})");
    private static final Pattern QUOTED = Pattern.compile("[\"']([^\"']{1,100})[\"']");

    /** What a file may say, by its path. */
    enum Kind {
        PYTHON,
        NODE,
        RUBY,
        /** Not a package: the licences of a Debian one. */
        COPYRIGHT
    }

    private TextPackages() {}

    /** What a file in this place says; null for nearly all files. */
    static @Nullable Kind kind(String path) {
        if (path.endsWith(".dist-info/METADATA")
                || path.endsWith(".egg-info/PKG-INFO")
                || path.endsWith(".egg-info")
                || path.endsWith("/EGG-INFO/PKG-INFO")) {
            return Kind.PYTHON;
        }
        if (path.endsWith("/package.json")) {
            return isNodePackage(path) ? Kind.NODE : null;
        }
        if (path.endsWith(".gemspec")) {
            return path.contains("/specifications/") ? Kind.RUBY : null;
        }
        if (path.endsWith("/copyright") && path.startsWith("/usr/share/doc/")) {
            return path.indexOf('/', 15) == path.length() - 10 ? Kind.COPYRIGHT : null;
        }
        return null;
    }

    /** In {@code node_modules/NAME} or {@code node_modules/@SCOPE/NAME}; others are test data. */
    private static boolean isNodePackage(String path) {
        var directory = path.substring(0, path.length() - 13);
        int name = directory.lastIndexOf('/');
        if (name < 0) {
            return false;
        }
        var parent = directory.substring(0, name);
        int scope = parent.lastIndexOf('/');
        if (scope >= 0 && parent.startsWith("@", scope + 1)) {
            parent = parent.substring(0, scope);
        }
        return parent.endsWith("/node_modules") || parent.equals("/usr/share/nodejs");
    }

    /** The package that a file describes; null if it describes none. */
    static @Nullable InstalledPackage parse(Kind kind, byte[] content, String place) {
        return switch (kind) {
            case PYTHON -> python(content, place);
            case NODE -> node(content, place);
            case RUBY -> ruby(content, place);
            case COPYRIGHT -> null;
        };
    }

    /** Header fields, as in mail (PyPA, "Core metadata"). */
    private static @Nullable InstalledPackage python(byte[] content, String place) {
        var fields = new HashMap<String, String>();
        var classified = new ArrayList<String>();
        for (var line : ConfigReader.linesOf(text(content))) {
            if (line.isEmpty()) {
                break;
            }
            int colon = line.indexOf(": ");
            if (colon > 0 && line.charAt(0) != ' ' && line.charAt(0) != '\t') {
                var value = line.substring(colon + 2).strip();
                var name = line.substring(0, colon).toLowerCase(Locale.ROOT);
                if (name.equals("classifier") && value.startsWith("License :: ")) {
                    classified.add(value.substring(value.lastIndexOf(" :: ") + 4));
                }
                fields.putIfAbsent(name, value);
            }
        }
        var name = fields.getOrDefault("name", "");
        if (name.isEmpty()) {
            return null;
        }
        var licence = fields.getOrDefault("license-expression", "");
        if (licence.isEmpty()) {
            licence = fields.getOrDefault("license", "");
        }
        if (licence.equals("UNKNOWN") || licence.length() > MAX_LICENCE) {
            licence = "";
        }
        return InstalledPackage.ofLanguage(
                PackageKind.PYTHON,
                "",
                Shown.text(name),
                Shown.text(fields.getOrDefault("version", "")),
                licence.isEmpty() ? shown(classified) : shown(List.of(licence)),
                place);
    }

    private static @Nullable InstalledPackage node(byte[] content, String place) {
        var name = "";
        var version = "";
        var licences = new ArrayList<String>();
        try (var parser = JSON.createParser(content)) {
            int depth = 0;
            var top = "";
            for (var token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.FIELD_NAME && depth == 1) {
                    top = parser.currentName();
                } else if (token.isStructStart()) {
                    depth++;
                } else if (token.isStructEnd()) {
                    depth--;
                } else if (token == JsonToken.VALUE_STRING) {
                    if (depth == 1 && top.equals("name")) {
                        name = bytes(parser.getText());
                    } else if (depth == 1 && top.equals("version")) {
                        version = bytes(parser.getText());
                    } else if (depth == 1 && top.equals("license")
                            || depth >= 2
                                    && (top.equals("license") || top.equals("licenses"))
                                    && "type".equals(parser.currentName())) {
                        licences.add(bytes(parser.getText()));
                    }
                }
            }
        } catch (IOException e) {
            return null; // Node could not load it either
        }
        if (name.isEmpty()) {
            return null;
        }
        int slash = name.startsWith("@") ? name.indexOf('/') : -1;
        var plain = name.substring(slash + 1);
        return plain.isEmpty()
                ? null
                : InstalledPackage.ofLanguage(
                        PackageKind.NODE,
                        slash < 0 ? "" : Shown.text(name.substring(0, slash)),
                        Shown.text(plain),
                        Shown.text(version),
                        shown(licences),
                        place);
    }

    private static @Nullable InstalledPackage ruby(byte[] content, String place) {
        var text = text(content);
        var name = GEM_NAME.matcher(text);
        if (!name.find()) {
            return null;
        }
        var version = GEM_VERSION.matcher(text);
        var licences = new ArrayList<String>();
        var line = GEM_LICENCES.matcher(text);
        if (line.find()) {
            var quoted = QUOTED.matcher(line.group(1));
            while (quoted.find()) {
                licences.add(quoted.group(1));
            }
        }
        return InstalledPackage.ofLanguage(
                PackageKind.RUBY,
                "",
                Shown.text(name.group(1)),
                version.find() ? Shown.text(version.group(1)) : "",
                shown(licences),
                place);
    }

    /**
     * The short names of the licences in a machine-readable copyright file (Debian, "copyright
     * format 1.0"), in order; empty for other forms. A paragraph that begins with {@code License:}
     * has the text of a licence and says of no file that it is under it, so it counts only where no
     * other does.
     */
    static List<String> copyright(byte[] content) {
        var names = new TreeSet<String>();
        var texts = new TreeSet<String>();
        boolean readable = false;
        boolean begins = true;
        for (var line : ConfigReader.linesOf(text(content))) {
            if (line.startsWith("Format:")) {
                readable = line.contains("copyright-format/1.0") || line.contains("dep5");
            } else if (readable && line.regionMatches(true, 0, "License:", 0, 8)) {
                var name = line.substring(8).strip();
                var which = begins ? texts : names;
                if (!name.isEmpty() && name.length() <= MAX_LICENCE && which.size() < 64) {
                    which.add(Shown.text(name));
                }
            }
            begins = line.isBlank();
        }
        return List.copyOf(names.isEmpty() ? texts : names);
    }

    private static List<String> shown(List<String> texts) {
        return texts.stream()
                .limit(64)
                .filter(text -> !text.isEmpty())
                .map(text -> Shown.text(text, MAX_LICENCE))
                .toList();
    }

    private static String text(byte[] content) {
        return new String(content, StandardCharsets.ISO_8859_1);
    }

    /** One character for each byte, as all texts from the image are until they are shown. */
    private static String bytes(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }
}
