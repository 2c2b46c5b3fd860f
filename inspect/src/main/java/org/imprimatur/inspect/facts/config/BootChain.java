package org.imprimatur.inspect.facts.config;

import java.util.List;

/**
 * How the system comes up.
 *
 * @param init {@code systemd}, {@code sysvinit}, {@code openrc}, {@code busybox}; empty if unknown
 * @param machine of the programs, by their ELF header, as in {@code x86_64}; empty if unknown
 * @param kernels versions in {@code /boot}, in order of name
 * @param modules versions that have modules
 * @param defaultKernel what the boot loader starts first; empty if it does not say
 * @param loaders files of boot loaders, for display
 * @param commandLines of the kernel, in the order in which boot loaders offer them
 */
public record BootChain(
        String init,
        String machine,
        List<String> kernels,
        List<String> modules,
        String defaultKernel,
        List<String> loaders,
        List<CommandLine> commandLines) {

    /** Copies the lists. */
    public BootChain {
        kernels = List.copyOf(kernels);
        modules = List.copyOf(modules);
        loaders = List.copyOf(loaders);
        commandLines = List.copyOf(commandLines);
    }

    /** What a boot loader gives to the kernel. */
    public record CommandLine(String path, int line, List<String> words) {

        /** Copies the list. */
        public CommandLine {
            words = List.copyOf(words);
        }
    }
}
