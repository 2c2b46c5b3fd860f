package org.imprimatur.inspect.facts;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Small systems, and what a program itself said of each; recorded, so that nobody needs it. */
public record Vectors(String name, FilesInMemory files, List<List<String>> expected) {

    public static List<Vectors> read(String resource) throws IOException {
        try (var in = Vectors.class.getResourceAsStream("/vectors/" + resource)) {
            var all = new ArrayList<Vectors>();
            for (var line :
                    new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
                var field = List.of(line.split("\\|", -1));
                switch (field.getFirst()) {
                    case "case" ->
                            all.add(
                                    new Vectors(
                                            field.get(1), new FilesInMemory(), new ArrayList<>()));
                    case "file" -> all.getLast().files.with(field.get(1), text(line, field));
                    case "link" ->
                            all.getLast()
                                    .files
                                    .linked(field.get(1), absolute(field.get(1), field.get(2)));
                    case "expect" -> all.getLast().expected.add(field.subList(1, field.size()));
                    default -> {}
                }
            }
            return all;
        }
    }

    private static String text(String line, List<String> field) {
        int start = field.get(0).length() + field.get(1).length() + 2;
        return line.substring(start).replace("\\n", "\n").replace("\\\\", "\\");
    }

    private static String absolute(String path, String target) {
        return java.nio.file.Path.of(path).getParent().resolve(target).normalize().toString();
    }
}
