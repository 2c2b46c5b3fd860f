package org.imprimatur.inspect.facts;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a program is given beside the rights of whoever runs it (capabilities(7)). */
final class Capabilities {

    /**
     * Those by which a program can make itself root, or do all that root can, by their bit: {@code
     * cap_sys_boot} starts another kernel (kexec_load(2)), {@code cap_mknod} opens any disk.
     */
    private static final Map<Integer, String> ROOT =
            new TreeMap<>(
                    Map.ofEntries(
                            Map.entry(0, "cap_chown"),
                            Map.entry(1, "cap_dac_override"),
                            Map.entry(2, "cap_dac_read_search"),
                            Map.entry(3, "cap_fowner"),
                            Map.entry(6, "cap_setgid"),
                            Map.entry(7, "cap_setuid"),
                            Map.entry(8, "cap_setpcap"),
                            Map.entry(16, "cap_sys_module"),
                            Map.entry(17, "cap_sys_rawio"),
                            Map.entry(18, "cap_sys_chroot"),
                            Map.entry(19, "cap_sys_ptrace"),
                            Map.entry(21, "cap_sys_admin"),
                            Map.entry(22, "cap_sys_boot"),
                            Map.entry(27, "cap_mknod"),
                            Map.entry(31, "cap_setfcap"),
                            Map.entry(39, "cap_bpf")));

    /** Magic and flags, then permitted and inheritable, of 32 bits each, once or twice. */
    private static final int SHORTEST = 12;

    private static final int LONGER = 20;

    private Capabilities() {}

    /** Reads the value of {@code security.capability}; empty if it is none. */
    static List<String> leadingToRoot(byte[] value) {
        if (value.length < SHORTEST) {
            return List.of();
        }
        var words = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
        long low = words.getInt(4) & 0xffffffffL;
        long high = value.length >= LONGER ? words.getInt(12) & 0xffffffffL : 0;
        long permitted = low | high << 32;
        return ROOT.entrySet().stream()
                .filter(each -> (permitted >>> each.getKey() & 1) != 0)
                .map(Map.Entry::getValue)
                .toList();
    }
}
