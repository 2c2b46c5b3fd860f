package org.imprimatur.inspect.facts.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the system comes up.
 *
 * @param init {@code systemd}, {@code sysvinit}, {@code openrc}, {@code busybox}; empty if unknown
 * @param machine of the programs, by their ELF header, as in {@code x86_64}; empty if unknown
 * @param kernels versions in {@code /boot}, in order of name
 * @param modules versions that have modules
 * @param start what the boot loader starts if nobody chooses; null if it does not say
 * @param loaders files of boot loaders, for display
 * @param commandLines of the kernel, in the order in which boot loaders offer them
 */
public record BootChain(
        String init,
        String machine,
        List<String> kernels,
        List<String> modules,
        @Nullable Start start,
        List<String> loaders,
        List<CommandLine> commandLines) {

    /** Copies the lists. */
    public BootChain {
        kernels = List.copyOf(kernels);
        modules = List.copyOf(modules);
        loaders = List.copyOf(loaders);
        commandLines = List.copyOf(commandLines);
    }

    /** The version of the kernel that starts; empty if it is not known. */
    public String defaultKernel() {
        return start == null ? "" : start.version();
    }

    /**
     * The entry of a boot loader's menu that is started.
     *
     * @param path of the file that has the entry
     * @param entry its title, or the name it has
     * @param kernel where the kernel is, or else how the entry names it
     * @param version of the kernel, by the name of its file; empty if the name has none
     * @param exists whether there is such a file
     */
    public record Start(String path, String entry, String kernel, String version, boolean exists) {}

    /** What a boot loader gives to the kernel. */
    public record CommandLine(String path, int line, List<String> words) {

        /** Copies the list. */
        public CommandLine {
            words = List.copyOf(words);
        }
    }
}
