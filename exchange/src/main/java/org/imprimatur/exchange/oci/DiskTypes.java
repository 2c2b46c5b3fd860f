package org.imprimatur.exchange.oci;

import java.util.Map;
import java.util.Set;

/** Media types of disk images, by the format of an endorsement. */
final class DiskTypes {

    /** What EGI's catalogue uses for qcow2; the others in its manner. */
    private static final Map<String, String> BY_FORMAT =
            Map.of(
                    "qcow2", "application/x-qemu-disk",
                    "raw", "application/x-raw-disk-image",
                    "vmdk", "application/x-vmdk-disk",
                    "vhd", "application/x-vhd-disk",
                    "vhdx", "application/x-vhdx-disk",
                    "vdi", "application/x-virtualbox-vdi",
                    "ova", "application/ovf");

    static final String ANY = "application/octet-stream";

    static final Set<String> ALL = all();

    private DiskTypes() {}

    private static Set<String> all() {
        var all = new java.util.HashSet<>(BY_FORMAT.values());
        all.add(ANY);
        return Set.copyOf(all);
    }

    static String of(String format) {
        return BY_FORMAT.getOrDefault(format, ANY);
    }
}
