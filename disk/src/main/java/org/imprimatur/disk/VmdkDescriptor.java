package org.imprimatur.disk;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The text of a VMDK that says what the disk is made of, inside a sparse file or as a file of its
 * own. Names of other files in it are never opened.
 *
 * @param values what stands before and after {@code =}, the names in lower case
 * @param extents the lines that name the files of the disk
 */
record VmdkDescriptor(Map<String, String> values, List<Extent> extents) {

    /** {@code RW 20480 SPARSE "disk.vmdk"}. */
    record Extent(long sectors, String type, String name) {}

    static final String START = "# Disk DescriptorFile";

    private static final int MAX_LINES = 4096;
    private static final String NO_PARENT = "ffffffff";
    private static final Pattern VALUE = Pattern.compile("\\s*([A-Za-z][\\w.]*)\\s*=\\s*(.*?)\\s*");
    private static final Pattern EXTENT =
            Pattern.compile(
                    "\\s*(?:RW|RDONLY|NOACCESS)\\s+([0-9]{1,18})\\s+([A-Z0-9]{1,16})(?:\\s+\"([^\"]*)\".*)?\\s*");

    VmdkDescriptor {
        values = Map.copyOf(values);
        extents = List.copyOf(extents);
    }

    /** Reads the text up to the first zero byte. */
    static VmdkDescriptor of(byte[] bytes) throws CorruptImageException {
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        String text = new String(bytes, 0, end, StandardCharsets.ISO_8859_1);
        if (!text.startsWith(START)) {
            throw new CorruptImageException(
                    "a VMDK descriptor that does not begin with '%s'".formatted(START));
        }
        List<String> lines = text.lines().limit(MAX_LINES + 1).toList();
        if (lines.size() > MAX_LINES) {
            throw new CorruptImageException(
                    "a VMDK descriptor of more than %d lines".formatted(MAX_LINES));
        }
        var values = new HashMap<String, String>();
        var extents = new ArrayList<Extent>();
        for (String line : lines) {
            var value = VALUE.matcher(line);
            var extent = EXTENT.matcher(line);
            if (extent.matches()) {
                String name = extent.group(3) == null ? "" : extent.group(3);
                extents.add(new Extent(Long.parseLong(extent.group(1)), extent.group(2), name));
            } else if (value.matches()) {
                String name = value.group(1).toLowerCase(Locale.ROOT);
                if (values.put(name, value.group(2).replace("\"", "")) != null) {
                    throw new CorruptImageException(
                            "a VMDK descriptor with '%s' twice".formatted(name));
                }
            }
        }
        return new VmdkDescriptor(values, extents);
    }

    String type() {
        return values.getOrDefault("createtype", "");
    }

    /** Refuses a disk of which a part is in another file, with the reason. */
    void refuseParent() throws UnsupportedImageException {
        String parent = values.getOrDefault("parentcid", NO_PARENT);
        if (!parent.equalsIgnoreCase(NO_PARENT) || values.containsKey("parentfilenamehint")) {
            throw new UnsupportedImageException(
                    "a VMDK with the differences from another file (parentCID %s): half of the disk is elsewhere"
                            .formatted(shown(parent)));
        }
    }

    /** Why a descriptor alone is no image. */
    UnsupportedImageException refusal() throws UnsupportedImageException {
        refuseParent();
        var names =
                extents.stream()
                        .limit(4)
                        .map(each -> "%s '%s'".formatted(each.type(), shown(each.name())))
                        .toList();
        return new UnsupportedImageException(
                "a VMDK descriptor (%s) without the disk, which is in other files: %s"
                        .formatted(shown(type()), String.join(", ", names)));
    }

    /** What the file says of itself, safe to show. */
    static String shown(String text) {
        String plain = text.replaceAll("[^\\x20-\\x7e]", "?");
        return plain.length() <= 80 ? plain : plain.substring(0, 80) + "…";
    }
}
