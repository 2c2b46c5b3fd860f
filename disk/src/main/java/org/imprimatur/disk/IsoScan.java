package org.imprimatur.disk;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One walk through a tree of ISO 9660 before anybody lists it: where content is, which directories
 * share sectors, and whether every directory that was moved is found again.
 */
final class IsoScan {

    /** Takes parts of the volume that belong to the tree; in no order, perhaps twice. */
    @FunctionalInterface
    interface PartSink {
        void accept(long offset, long length) throws IOException;
    }

    private final IsoTree tree;
    private final Limits limits;
    private final PartSink files;
    private final PartSink metadata;
    private final ArrayDeque<IsoRecord> pending = new ArrayDeque<>();
    private final Set<Long> directories = new HashSet<>();
    private final Map<Long, Long> sectors = new HashMap<>();
    private final Set<Long> overlapping = new HashSet<>();
    private final Set<Long> moved = new HashSet<>();
    private final Set<Long> found = new HashSet<>();
    private final List<String> faults = new ArrayList<>();
    private long entries;

    private IsoScan(IsoTree tree, Limits limits, PartSink files, PartSink metadata) {
        this.tree = tree;
        this.limits = limits;
        this.files = files;
        this.metadata = metadata;
    }

    /**
     * @param files takes the content of files
     * @param metadata takes directories and what continues their records
     */
    static IsoScan of(IsoTree tree, Limits limits, PartSink files, PartSink metadata)
            throws IOException {
        var scan = new IsoScan(tree, limits, files, metadata);
        scan.enter(tree.descriptor().root().extent());
        while (!scan.pending.isEmpty()) {
            scan.directory(scan.pending.pop());
        }
        scan.moved.removeAll(scan.found);
        if (!scan.moved.isEmpty()) {
            IsoTree.fault(
                    scan.faults,
                    "%d directories were moved away and are found nowhere, the first of them at block %d"
                            .formatted(scan.moved.size(), scan.moved.iterator().next()));
        }
        return scan;
    }

    /** What could not be read, or cannot be believed. */
    List<String> faults() {
        return List.copyOf(faults);
    }

    /** Where directories begin that share sectors with another one. */
    Set<Long> overlapping() {
        return Set.copyOf(overlapping);
    }

    private void enter(long block) throws IOException {
        if (!directories.add(block)) {
            return;
        }
        try {
            pending.push(tree.self(block));
        } catch (ImageException e) {
            IsoTree.fault(faults, e.explanation());
        }
    }

    private void directory(IsoRecord self) throws IOException {
        long start = tree.offset(self.extent());
        try {
            claim(start, self.size());
            metadata.accept(start, self.size());
            tree.rockRidge(self, metadata);
            tree.records(self, faults, this::entry);
        } catch (ImageException e) {
            IsoTree.fault(faults, e.explanation());
        }
    }

    private void claim(long start, long size) throws CorruptImageException {
        Ranges.check("the directory at offset " + start, start, size, tree.size());
        long end = (start + size + IsoDescriptors.SECTOR - 1) / IsoDescriptors.SECTOR;
        for (long sector = start / IsoDescriptors.SECTOR; sector < end; sector++) {
            Long owner = sectors.putIfAbsent(sector, start);
            if (owner != null) {
                overlapping.add(start);
                throw new CorruptImageException(
                        "the directories at offsets %d and %d share a sector"
                                .formatted(owner, start));
            }
        }
    }

    private void entry(List<IsoRecord> sections) throws IOException {
        if (++entries > limits.maxEntries()) {
            pending.clear();
            throw new UnsupportedImageException(
                    "more than %d entries".formatted(limits.maxEntries()));
        }
        IsoRecord first = sections.getFirst();
        RockRidge rockRidge;
        try {
            rockRidge = tree.rockRidge(first, metadata);
        } catch (ImageException e) {
            IsoTree.fault(faults, e.explanation());
            return;
        }
        if (rockRidge.child() >= 0) {
            found.add(rockRidge.child());
            enter(rockRidge.child());
        } else if (first.isDirectory()) {
            if (rockRidge.isMoved()) {
                moved.add(first.extent());
            } else {
                enter(first.extent());
            }
        } else {
            for (IsoRecord section : sections) {
                if (section.size() > 0) {
                    files.accept(tree.offset(section.extent()), section.size());
                }
            }
        }
    }
}
