package org.imprimatur.disk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The files of a tar archive (POSIX ustar, and the larger numbers of GNU tar). What could hide or
 * rename a file, such as links and extended headers, is refused.
 */
record Tar(List<Member> members, List<Note> notes) {

    /** A regular file. */
    record Member(String name, long offset, long size) {

        String shownName() {
            return shown(name);
        }
    }

    private static final int BLOCK = 512;
    private static final int MAX_MEMBERS = 256;

    Tar {
        members = List.copyOf(members);
        notes = List.copyOf(notes);
    }

    static Tar read(BlockDevice file) throws IOException {
        var members = new ArrayList<Member>();
        byte[] header = new byte[BLOCK];
        long at = 0;
        boolean ended = false;
        while (!ended && at < file.size()) {
            Ranges.check("a tar header", at, BLOCK, file.size());
            file.read(at, header, 0, BLOCK);
            ended = ZeroSearch.isZero(header, 0, BLOCK);
            if (!ended) {
                if (members.size() == MAX_MEMBERS) {
                    throw new UnsupportedImageException(
                            "a tar file of more than %d files".formatted(MAX_MEMBERS));
                }
                Member member = member(header, at);
                Ranges.check(
                        "the tar member '%s'".formatted(member.shownName()),
                        member.offset(),
                        member.size(),
                        file.size());
                members.add(member);
                at = member.offset() + (member.size() + BLOCK - 1) / BLOCK * BLOCK;
            }
        }
        if (!ended) {
            throw new CorruptImageException(
                    "the tar file has no end: it is cut off at %d bytes".formatted(file.size()));
        }
        long behind = file.firstNonZero(at);
        return new Tar(
                members,
                behind == file.size()
                        ? List.of()
                        : List.of(
                                new Note(
                                        "ova",
                                        "data at offset %d, behind the end of the archive, was not read"
                                                .formatted(behind))));
    }

    private static Member member(byte[] header, long at) throws ImageException {
        long sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            sum += i >= 148 && i < 156 ? ' ' : Bytes.u8(header, i);
        }
        if (!Bytes.has(header, 257, "ustar") || number(header, 148, 8) != sum) {
            throw new CorruptImageException("the tar header at offset %d is damaged".formatted(at));
        }
        String prefix = Bytes.has(header, 257, "ustar\0") ? text(header, 345, 155) : "";
        String name = (prefix.isEmpty() ? "" : prefix + "/") + text(header, 0, 100);
        char type = (char) header[156];
        if (type != '0' && type != '\0') {
            throw new UnsupportedImageException(
                    "the tar member '%s' is of type '%s'; only plain files belong into an OVA"
                            .formatted(shown(name), shown(String.valueOf(type))));
        }
        return new Member(
                name.startsWith("./") ? name.substring(2) : name,
                at + BLOCK,
                number(header, 124, 12));
    }

    /** Octal digits, or, after a first byte of 0x80, a number in eight big-endian bytes. */
    private static long number(byte[] header, int at, int length) throws CorruptImageException {
        if (Bytes.u8(header, at) == 0x80 && length == 12) {
            long value = Bytes.i64be(header, at + 4);
            if (ZeroSearch.isZero(header, at + 1, 3) && value >= 0) {
                return value;
            }
        } else {
            String digits = text(header, at, length).strip();
            if (digits.matches("[0-7]{1,12}")) {
                return Long.parseLong(digits, 8);
            }
        }
        throw new CorruptImageException("a number in a tar header is damaged");
    }

    private static String text(byte[] bytes, int at, int length) {
        int end = at;
        while (end < at + length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, at, end - at, StandardCharsets.UTF_8);
    }

    /** A name that a file brings, safe to show. */
    static String shown(String text) {
        return VmdkDescriptor.shown(text);
    }
}
