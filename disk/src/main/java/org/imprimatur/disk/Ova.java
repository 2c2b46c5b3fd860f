package org.imprimatur.disk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An appliance: a tar file (ustar) with a descriptor, a manifest of digests, and one disk in any of
 * the other formats (DMTF DSP0243). Nothing outside the archive is ever opened, and the disk is
 * read where it lies.
 */
final class Ova {

    private static final int MAX_DESCRIPTOR_BYTES = 1 << 20;
    private static final Pattern MANIFEST_LINE =
            Pattern.compile(
                    "(SHA-?1|SHA-?256|SHA-?512) ?\\((.{1,255})\\) ?= ?([0-9a-fA-F]{40,128})",
                    Pattern.CASE_INSENSITIVE);

    private final BlockDevice file;
    private final Map<String, Tar.Member> members;

    /** Files that a hypervisor may attach as a disk, by the ending of the name. */
    private static final Set<String> IMAGES =
            Set.of(
                    "bin", "dd", "dsk", "flp", "hdd", "img", "iso", "ova", "qcow", "qcow2", "qed",
                    "raw", "udf", "vdi", "vfd", "vhd", "vhdx", "vmdk");

    /** Far enough for the first descriptor of ISO 9660. */
    private static final int HEAD_BYTES = 34 << 10;

    private final List<Unread> unread = new ArrayList<>();
    private final List<Note> notes = new ArrayList<>();

    private Ova(BlockDevice file, Map<String, Tar.Member> members) {
        this.file = file;
        this.members = members;
    }

    static boolean isTar(byte[] head) {
        return Bytes.has(head, 257, "ustar");
    }

    static Container open(BlockDevice file, Limits limits) throws IOException {
        Tar tar = Tar.read(file);
        var members = new LinkedHashMap<String, Tar.Member>();
        for (Tar.Member member : tar.members()) {
            if (members.put(member.name(), member) != null) {
                throw new CorruptImageException(
                        "an OVA with two files '%s'".formatted(member.shownName()));
            }
        }
        var ova = new Ova(file, members);
        ova.notes.addAll(tar.notes());
        return ova.open(limits);
    }

    private Container open(Limits limits) throws IOException {
        Tar.Member descriptor = members.values().iterator().next();
        if (!descriptor.name().endsWith(".ovf")) {
            throw new UnsupportedImageException(
                    "a tar file that does not begin with an OVF descriptor, but with '%s'"
                            .formatted(descriptor.shownName()));
        }
        OvfDescriptor ovf = OvfDescriptor.of(text(descriptor));
        Tar.Member disk = disk(ovf);
        checkManifest(descriptor, disk);
        BlockDevice part = MappedDevice.part(file, disk.offset(), disk.size());
        Container inside = Container.openMember(part, limits);
        String announced = ovf.format().toLowerCase(Locale.ROOT);
        if (announced.contains("vmdk") && !inside.format().equals("vmdk")) {
            throw new CorruptImageException(
                    "the disk '%s' of the OVA is a VMDK by its descriptor, and %s by its content"
                            .formatted(disk.shownName(), inside.format()));
        }
        notes.add(
                new Note(
                        "ova",
                        "the disk is '%s', %s".formatted(disk.shownName(), inside.format())));
        unread.addAll(inside.unread());
        notes.addAll(inside.notes());
        return new Container("ova", inside.disk(), unread, notes);
    }

    private byte[] text(Tar.Member member) throws IOException {
        if (member.size() > MAX_DESCRIPTOR_BYTES) {
            throw new UnsupportedImageException(
                    "the file '%s' of the OVA has %d bytes, more than %d"
                            .formatted(member.shownName(), member.size(), MAX_DESCRIPTOR_BYTES));
        }
        byte[] bytes = new byte[(int) member.size()];
        file.read(member.offset(), bytes, 0, bytes.length);
        return bytes;
    }

    private Tar.Member disk(OvfDescriptor ovf) throws ImageException {
        OvfDescriptor.Part part = ovf.onlyDisk();
        Tar.Member disk = members.get(part.href());
        if (disk == null) {
            throw new CorruptImageException(
                    "the OVA has no file '%s', which its descriptor names as the disk"
                            .formatted(Tar.shown(part.href())));
        }
        if (part.size() >= 0 && part.size() != disk.size()) {
            throw new CorruptImageException(
                    "the disk '%s' of the OVA has %d bytes, and %d by the descriptor"
                            .formatted(disk.shownName(), disk.size(), part.size()));
        }
        return disk;
    }

    /** Every digest of the manifest must be right, and descriptor and disk must have one. */
    private void checkManifest(Tar.Member descriptor, Tar.Member disk) throws IOException {
        String stem = descriptor.name().substring(0, descriptor.name().length() - 4);
        String manifestName = stem + ".mf";
        Tar.Member manifest = members.get(manifestName);
        var verified = new HashSet<String>();
        if (manifest == null) {
            notes.add(new Note("ova", "there is no manifest with digests of the files"));
        } else {
            for (String line :
                    new String(text(manifest), StandardCharsets.UTF_8).lines().toList()) {
                if (!line.isBlank()) {
                    verified.add(checkDigest(line.strip(), verified));
                }
            }
            for (Tar.Member each : List.of(descriptor, disk)) {
                if (!verified.contains(each.name())) {
                    throw new CorruptImageException(
                            "the manifest of the OVA has no digest of '%s'"
                                    .formatted(each.shownName()));
                }
            }
        }
        for (Tar.Member each : members.values()) {
            if (each.equals(descriptor) || each.equals(disk) || each.equals(manifest)) {
                continue;
            }
            var text =
                    "the file '%s' of %d bytes is not part of the disk and was not read"
                            .formatted(each.shownName(), each.size());
            if (isImage(each)) {
                unread.add(new Unread("ova", text));
            } else if (each.name().equals(stem + ".cert")) {
                notes.add(
                        new Note(
                                "ova",
                                "the signature '%s' was not verified".formatted(each.shownName())));
            } else {
                notes.add(new Note("ova", text));
            }
        }
    }

    /** Whether a file is a disk or may pass for one, by its name or by what it holds. */
    private boolean isImage(Tar.Member member) throws IOException {
        var name = member.name().toLowerCase(Locale.ROOT);
        if (IMAGES.contains(name.substring(name.lastIndexOf('.') + 1))) {
            return true;
        }
        byte[] head = new byte[(int) Math.min(HEAD_BYTES, member.size())];
        file.read(member.offset(), head, 0, head.length);
        return isTar(head)
                || Bytes.has(head, 0, "QFI\u00fb")
                || Bytes.has(head, 0, VmdkDisk.MAGIC)
                || Bytes.has(head, 0, VmdkDescriptor.START)
                || Bytes.has(head, 0, VhdxDisk.SIGNATURE)
                || Bytes.has(head, 0, VhdDisk.COOKIE)
                || head.length >= 68 && Bytes.u32le(head, 64) == VdiDisk.SIGNATURE
                || Bytes.has(head, 510, "U\u00aa")
                || Bytes.has(head, 512, "EFI PART")
                || Bytes.has(head, 32_769, "CD001")
                || XfsFileSystem.isPresent(head)
                || head.length >= 2048 && ExtFileSystem.isPresent(head)
                || Bytes.has(head, 0, "hsqs");
    }

    /** The name of the file whose digest this is. */
    private String checkDigest(String line, HashSet<String> before) throws IOException {
        Matcher matcher = MANIFEST_LINE.matcher(line);
        if (!matcher.matches()) {
            throw new CorruptImageException(
                    "the manifest of the OVA has the line '%s', which is no digest"
                            .formatted(Tar.shown(line)));
        }
        String name = matcher.group(2);
        Tar.Member member = members.get(name);
        if (member == null || before.contains(name)) {
            throw new CorruptImageException(
                    "the manifest of the OVA names the file '%s', which is %s"
                            .formatted(
                                    Tar.shown(name),
                                    member == null ? "not in it" : "named before"));
        }
        String algorithm =
                matcher.group(1).toUpperCase(Locale.ROOT).replace("-", "").replace("SHA", "SHA-");
        String found = digest(algorithm, member);
        if (!found.equalsIgnoreCase(matcher.group(3))) {
            throw new CorruptImageException(
                    "the file '%s' of the OVA does not have the %s digest of the manifest"
                            .formatted(member.shownName(), algorithm));
        }
        return name;
    }

    private String digest(String algorithm, Tar.Member member) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has " + algorithm, e);
        }
        byte[] buffer = new byte[(int) Math.min(1 << 18, member.size())];
        long at = 0;
        while (at < member.size()) {
            int length = (int) Math.min(buffer.length, member.size() - at);
            file.read(member.offset() + at, buffer, 0, length);
            digest.update(buffer, 0, length);
            at += length;
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
