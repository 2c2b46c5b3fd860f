package org.imprimatur.cli;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.UseClass;
import org.jspecify.annotations.Nullable;

/**
 * What a domain of libvirt says of the code that it will run, and for whom (libvirt's "Domain XML
 * format").
 *
 * @param uuid by which libvirt knows the machine, from run to run
 * @param uncovered what it would run or read that no image covers, each in words
 * @param said what its metadata say, in the namespace {@value #NAMESPACE}
 */
record LibvirtDomain(UUID uuid, String name, List<Disk> disks, List<String> uncovered, Said said) {

    static final String NAMESPACE = "https://imprimatur.org/libvirt/1";
    private static final String QEMU = "http://libvirt.org/schemas/domain/qemu/1.0";

    /**
     * A disk or a medium.
     *
     * @param target its name in the domain, such as {@code vda}
     * @param medium whether it is a CD or a floppy, which is not booted from
     * @param file the path of its file
     * @param format what QEMU is told of the file's format
     * @param below the files below it, as the domain names them; null where it leaves that to the
     *     files
     * @param writable whether the guest's writes go into the file
     * @param first whether the machine may start from it
     */
    record Disk(
            String target,
            boolean medium,
            String file,
            String format,
            @Nullable List<Below> below,
            boolean writable,
            boolean first) {}

    /** A file below another, and its format. */
    record Below(String file, String format) {}

    /** Who is responsible, for what, for whom, and by what the machine was made its own. */
    record Said(
            Optional<String> operator,
            Optional<UseClass> useClass,
            List<String> consumers,
            Optional<Sha256> contextualisation) {}

    /**
     * Reads a domain.
     *
     * @throws MalformedInput when it is none, or one whose disks cannot be told
     */
    static LibvirtDomain read(byte[] document) {
        var root = LibvirtXml.read(document);
        if (!root.name().equals("domain")) {
            throw new MalformedInput("", "a domain", MalformedInput.quoted(root.name()));
        }
        var uncovered = new ArrayList<String>();
        var boots = boots(root);
        os(root, boots, uncovered);
        var disks = new ArrayList<Disk>();
        for (var devices : root.all("devices")) {
            for (var disk : devices.all("disk")) {
                disk(disk, boots, disks.stream().allMatch(Disk::medium), uncovered)
                        .ifPresent(disks::add);
            }
            for (var kind : List.of("interface", "hostdev", "redirdev")) {
                if (devices.all(kind).stream().anyMatch(d -> d.first("boot").isPresent())) {
                    uncovered.add("it may start from another device (" + kind + ")");
                }
            }
        }
        if (!root.all(QEMU, "commandline").isEmpty()) {
            uncovered.add("it passes arguments to QEMU past libvirt (qemu:commandline)");
        }
        return new LibvirtDomain(
                text(root, "uuid", LibvirtDomain::uuid),
                text(root, "name", name -> name),
                List.copyOf(disks),
                List.copyOf(uncovered),
                said(root));
    }

    private static <T> T text(
            LibvirtXml root, String name, java.util.function.Function<String, T> reader) {
        return reader.apply(
                root.first(name)
                        .map(LibvirtXml::text)
                        .filter(text -> !text.isEmpty())
                        .orElseThrow(() -> new MalformedInput(name, "a text", "none")));
    }

    private static UUID uuid(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException _) {
            throw new MalformedInput("uuid", "a UUID", MalformedInput.quoted(text));
        }
    }

    private static Set<String> boots(LibvirtXml root) {
        var boots = new HashSet<String>();
        for (var os : root.all("os")) {
            os.all("boot").forEach(boot -> boot.attribute("dev").ifPresent(boots::add));
        }
        return boots;
    }

    private static void os(LibvirtXml root, Set<String> boots, List<String> uncovered) {
        for (var os : root.all("os")) {
            for (var part : List.of("kernel", "initrd", "init")) {
                os.first(part)
                        .ifPresent(
                                file ->
                                        uncovered.add(
                                                "it starts %s, which no image holds"
                                                        .formatted(file.text())));
            }
        }
        if (boots.contains("network")) {
            uncovered.add("it may start from the network");
        }
    }

    private static Optional<Disk> disk(
            LibvirtXml disk, Set<String> boots, boolean firstOfAll, List<String> uncovered) {
        var target = disk.first("target").flatMap(t -> t.attribute("dev")).orElse("without a name");
        var device = disk.attribute("device").orElse("disk");
        boolean ordered = disk.first("boot").isPresent();
        boolean medium =
                switch (device) {
                    case "cdrom" -> !ordered && !boots.contains("cdrom");
                    case "floppy" -> !ordered && !boots.contains("fd");
                    default -> false;
                };
        var source = disk.first("source");
        if (source.isEmpty()) {
            if (device.equals("disk") || device.equals("lun")) {
                uncovered.add("the disk %s has no source".formatted(target));
            }
            return Optional.empty();
        }
        var type = disk.attribute("type").orElse("none");
        var file = source.get().attribute("file");
        if (!type.equals("file") || file.isEmpty()) {
            uncovered.add(
                    "the disk %s is of the type '%s', whose content cannot be compared with an image"
                            .formatted(target, type));
            return Optional.empty();
        }
        for (var part : List.of("slices", "encryption", "dataStore")) {
            if (source.get().first(part).isPresent() || disk.first(part).isPresent()) {
                uncovered.add(
                        "the disk %s is not the whole file as it is (%s)".formatted(target, part));
            }
        }
        boolean kept =
                device.equals("cdrom")
                        || disk.first("readonly").isPresent()
                        || disk.first("transient").isPresent();
        return Optional.of(
                new Disk(
                        target,
                        medium,
                        file.get(),
                        disk.first("driver").flatMap(d -> d.attribute("type")).orElse("raw"),
                        below(disk),
                        !kept,
                        ordered || firstOfAll && !medium));
    }

    /** Where the domain names the files below, QEMU opens these, whatever the files say. */
    private static @Nullable List<Below> below(LibvirtXml disk) {
        var store = disk.first("backingStore");
        if (store.isEmpty()) {
            return null;
        }
        var below = new ArrayList<Below>();
        while (store.isPresent() && !store.get().children().isEmpty()) {
            var at = store.get();
            below.add(
                    new Below(
                            at.first("source").flatMap(s -> s.attribute("file")).orElse(""),
                            at.first("format").flatMap(f -> f.attribute("type")).orElse("raw")));
            store = at.first("backingStore");
        }
        return List.copyOf(below);
    }

    private static Said said(LibvirtXml root) {
        var elements =
                root.all("metadata").stream()
                        .flatMap(metadata -> metadata.all(NAMESPACE, "vm").stream())
                        .toList();
        if (elements.size() > 1) {
            throw new MalformedInput("metadata", "one element 'vm'", "several");
        }
        var parts = elements.stream().flatMap(vm -> vm.children().stream()).toList();
        for (var part : parts) {
            boolean known =
                    part.namespace().equals(NAMESPACE)
                            && Set.of("operator", "class", "consumer", "contextualisation")
                                    .contains(part.name());
            if (!known) {
                throw new MalformedInput(
                        "metadata.vm",
                        "operator, class, consumer or contextualisation",
                        MalformedInput.quoted(part.name()));
            }
        }
        return new Said(
                one(parts, "operator"),
                one(parts, "class").map(UseClass::parse),
                parts.stream()
                        .filter(part -> part.name().equals("consumer"))
                        .map(LibvirtXml::text)
                        .toList(),
                one(parts, "contextualisation").map(Sha256::parse));
    }

    private static Optional<String> one(List<LibvirtXml> parts, String name) {
        var texts =
                parts.stream()
                        .filter(part -> part.name().equals(name))
                        .map(LibvirtXml::text)
                        .toList();
        if (texts.size() > 1 || texts.stream().anyMatch(String::isEmpty)) {
            throw new MalformedInput(
                    "metadata.vm." + name, "one text", texts.size() > 1 ? "several" : "none");
        }
        return texts.stream().findFirst();
    }
}
