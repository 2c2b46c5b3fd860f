package org.imprimatur.inspect.facts;

import java.util.List;
import java.util.regex.Pattern;

/**
 * A file that gives more than it should, as no package ships it.
 *
 * @param path the place, for display
 * @param mode permission bits with setuid and setgid
 * @param capabilities that it gives to whoever runs it, and that lead to root (capabilities(7))
 */
public record PrivilegedFile(String path, int mode, List<String> capabilities)
        implements Comparable<PrivilegedFile> {

    private static final int SETUID = 04000;

    /** Shells, interpreters, and tools that run, read or write what their user names. */
    private static final Pattern OBEDIENT =
            Pattern.compile(
                    "(?:(?:ba|da|a|z|k|mk|c|tc|fi)?sh|python|perl|ruby|lua|node|php|busybox|env|find"
                            + "|xargs|[gmn]?awk|sed|ed|ex|vi|vim|view|nano|emacs|cat|tee|dd|cp|mv|ln"
                            + "|install|chmod|chown|tar|cpio|rsync|gdb|strace|make|socat|nc|ncat"
                            + "|capsh|setpriv|nsenter|unshare|chroot)"
                            + "(?:[0-9][0-9.]*|\\.(?:basic|tiny|nox|traditional|openbsd|gnu))?");

    /** Copies the list. */
    public PrivilegedFile {
        capabilities = List.copyOf(capabilities);
    }

    /**
     * True of a program that does whatever it is told, by its name: no package gives it a right
     * that its user has not, so somebody else has.
     */
    public static boolean doesWhatItIsTold(String path) {
        return OBEDIENT.matcher(path.substring(path.lastIndexOf('/') + 1)).matches();
    }

    /** True if it gives rights to whoever runs it that no package gives to such a program. */
    boolean isNoPackagesDoing() {
        return (isSetuid() || !capabilities.isEmpty()) && doesWhatItIsTold(path);
    }

    /** True if whoever runs it is its owner. */
    public boolean isSetuid() {
        return (mode & SETUID) != 0;
    }

    /** True if everybody may write it. */
    public boolean isWorldWritable() {
        return (mode & 0002) != 0;
    }

    @Override
    public int compareTo(PrivilegedFile other) {
        return path.compareTo(other.path);
    }
}
