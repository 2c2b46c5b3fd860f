package org.imprimatur.inspect.facts;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of the SSH server, evaluated in the server's own order (sshd_config(5)): the
 * first value of a keyword counts, files named by {@code Include} are read where they are named,
 * and what stands under {@code Match} is kept apart.
 *
 * @param everyone what holds for every connection, by lower-case keyword: {@code Match all} before
 *     the global part
 * @param matches what holds for some connections only, in order
 */
public record SshdConfig(Map<String, Setting> everyone, List<MatchBlock> matches) {

    /** A keyword with its arguments, and where it stands. The line is 0 for a built-in default. */
    public record Setting(String keyword, List<String> arguments, String file, int line) {

        /** Copies the list. */
        public Setting {
            arguments = List.copyOf(arguments);
        }

        /** The first argument, in lower case: enough for keywords that take one of a few words. */
        public String word() {
            return arguments.isEmpty() ? "" : arguments.getFirst().toLowerCase(Locale.ROOT);
        }

        /** Where it stands, for people. */
        public String place() {
            return line == 0 ? "default of sshd" : file + " line " + line;
        }
    }

    /** A {@code Match} block; the criteria of an including block are joined to its own. */
    public record MatchBlock(String criteria, List<Setting> settings) {

        /** Copies the list. */
        public MatchBlock {
            settings = List.copyOf(settings);
        }
    }

    /** Debian's OpenSSH without a configuration file; only keywords that some rule asks for. */
    private static final Map<String, String> DEFAULTS =
            Map.of(
                    "passwordauthentication", "yes",
                    "kbdinteractiveauthentication", "yes",
                    "permitrootlogin", "prohibit-password",
                    "permitemptypasswords", "no",
                    "hostbasedauthentication", "no",
                    "usepam", "no",
                    "authorizedkeyscommand", "none",
                    "trustedusercakeys", "none");

    private static final List<String> DEFAULT_KEYS_FILES =
            List.of(".ssh/authorized_keys", ".ssh/authorized_keys2");

    /** Copies the collections. */
    public SshdConfig {
        everyone = Map.copyOf(everyone);
        matches = List.copyOf(matches);
    }

    /** What holds for every connection that no {@code Match} block covers. */
    public Setting effective(String keyword) {
        var set = everyone.get(keyword);
        return set != null ? set : defaultOf(keyword);
    }

    /** Each setting of a keyword with the criteria it holds under; empty text for everyone. */
    public List<Map.Entry<String, Setting>> all(String keyword) {
        var all = new ArrayList<Map.Entry<String, Setting>>();
        all.add(Map.entry("", effective(keyword)));
        for (var match : matches) {
            for (var setting : match.settings) {
                if (setting.keyword.equals(keyword)) {
                    all.add(Map.entry(match.criteria, setting));
                }
            }
        }
        return all;
    }

    /** The patterns of authorized_keys files that any connection may use, with their tokens. */
    public Set<String> authorizedKeysFiles() {
        var patterns = new HashSet<String>();
        for (var setting : all("authorizedkeysfile")) {
            patterns.addAll(setting.getValue().arguments());
        }
        patterns.remove("none");
        return patterns;
    }

    private static Setting defaultOf(String keyword) {
        if (keyword.equals("authorizedkeysfile")) {
            return new Setting(keyword, DEFAULT_KEYS_FILES, "", 0);
        }
        @Nullable String value = DEFAULTS.get(keyword);
        return new Setting(keyword, value == null ? List.of() : List.of(value), "", 0);
    }
}
