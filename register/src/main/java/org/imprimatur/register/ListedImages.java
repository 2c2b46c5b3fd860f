package org.imprimatur.register;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All that a list has, and had, at one moment: found by what decisions ask for. Never changes. */
public final class ListedImages {

    /** A list that had nothing so far. */
    public static final ListedImages NONE = new ListedImages(List.of());

    private final List<ListedImage> all;
    private final Map<StatementId, ListedImage> byId = new HashMap<>();
    private final Map<Sha512, List<ListedImage>> byFile = new HashMap<>();
    private final Map<Guid, List<ListedImage>> byGuid = new HashMap<>();

    /**
     * Of these, each id once.
     *
     * @param all those first listed first
     */
    public ListedImages(List<ListedImage> all) {
        this.all = List.copyOf(all);
        for (var image : this.all) {
            if (byId.put(image.id(), image) != null) {
                throw new IllegalArgumentException(image.id() + " is there twice");
            }
            byFile.computeIfAbsent(image.image(), _ -> new ArrayList<>(1)).add(image);
            byGuid.computeIfAbsent(image.guid(), _ -> new ArrayList<>(1)).add(image);
        }
    }

    /** All of them, those first listed first. */
    public List<ListedImage> all() {
        return all;
    }

    /** By its id. */
    public Optional<ListedImage> find(StatementId id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** Those of a file. */
    public List<ListedImage> of(Sha512 file) {
        return byFile.getOrDefault(file, List.of());
    }

    /** The versions of an image. */
    public List<ListedImage> of(Guid guid) {
        return byGuid.getOrDefault(guid, List.of());
    }
}
