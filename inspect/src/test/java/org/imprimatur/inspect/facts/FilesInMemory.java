package org.imprimatur.inspect.facts;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A guest's files as a map from path to text, with some that cannot be read. */
public final class FilesInMemory implements GuestFiles {

    private final TreeMap<String, String> texts = new TreeMap<>();
    private final TreeMap<String, String> links = new TreeMap<>();
    private final Map<String, String> broken = new HashMap<>();

    public FilesInMemory with(String path, String text) {
        texts.put(path, text);
        return this;
    }

    public FilesInMemory broken(String path, String reason) {
        broken.put(path, reason);
        texts.put(path, "");
        return this;
    }

    /** A symbolic link; the target is absolute. */
    public FilesInMemory linked(String path, String target) {
        links.put(path, target);
        return this;
    }

    @Override
    public String link(String path) throws UnreadableException {
        check(path);
        var parent = path.substring(0, path.lastIndexOf('/'));
        return links.get(resolved(parent) + path.substring(parent.length()));
    }

    private String resolved(String path) {
        var at = path;
        for (int i = 0; i < 40; i++) {
            var from = at;
            var link =
                    links.keySet().stream()
                            .filter(each -> from.equals(each) || from.startsWith(each + "/"))
                            .findFirst();
            if (link.isEmpty()) {
                return at;
            }
            at = links.get(link.get()) + at.substring(link.get().length());
        }
        return "/too many links";
    }

    @Override
    public Entry find(String asked) throws UnreadableException {
        var path = resolved(asked);
        check(path);
        var text = texts.get(path);
        if (text != null) {
            return new Entry(Kind.FILE, text.length());
        }
        return Stream.concat(texts.keySet().stream(), links.keySet().stream())
                        .anyMatch(each -> each.startsWith(slash(path)))
                ? new Entry(Kind.DIRECTORY, 0)
                : null;
    }

    @Override
    public void read(String asked, long maxBytes, Sink sink) throws UnreadableException {
        var path = resolved(asked);
        check(path);
        var bytes = texts.get(path).getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length > maxBytes) {
            throw new UnreadableException("is larger than " + maxBytes);
        }
        for (int i = 0; i < bytes.length; i += 7) {
            sink.accept(bytes, i, Math.min(7, bytes.length - i));
        }
    }

    @Override
    public List<String> names(String asked) throws UnreadableException {
        var directory = resolved(asked);
        check(directory);
        var names = new TreeSet<String>();
        var paths = new TreeSet<>(texts.keySet());
        paths.addAll(links.keySet());
        for (var path : paths) {
            if (path.startsWith(slash(directory))) {
                var rest = path.substring(slash(directory).length());
                names.add(rest.contains("/") ? rest.substring(0, rest.indexOf('/')) : rest);
            }
        }
        return List.copyOf(names);
    }

    private void check(String path) throws UnreadableException {
        if (broken.containsKey(path)) {
            throw new UnreadableException(broken.get(path));
        }
    }

    private static String slash(String directory) {
        return directory.endsWith("/") ? directory : directory + "/";
    }
}
