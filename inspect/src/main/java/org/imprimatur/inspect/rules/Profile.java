package org.imprimatur.inspect.rules;

import static java.util.Map.entry;
import static org.imprimatur.inspect.rules.Severity.BLOCK;
import static org.imprimatur.inspect.rules.Severity.INFO;
import static org.imprimatur.inspect.rules.Severity.WARN;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A versioned choice of rules and how much each weighs. A change of any of it is a new version:
 * reports name their profile.
 *
 * @param name name and version, {@code egi/1}
 * @param severities by rule id; a rule that is not here does not run
 */
public record Profile(String name, Map<String, Severity> severities) {

    /** The endorsement policy of EGI and the HEPiX drafts before it. */
    public static final Profile EGI_1 =
            new Profile(
                    "egi/1",
                    withSystemRules(
                            Map.ofEntries(
                                    entry(RuleCatalogue.INCOMPLETE, BLOCK),
                                    entry("account.empty-password", BLOCK),
                                    entry("account.extra-root", BLOCK),
                                    entry("account.locked-hash", WARN),
                                    entry("account.old-hash", WARN),
                                    entry("account.password-usable", BLOCK),
                                    entry("account.privileged-group", WARN),
                                    entry("account.root-password", BLOCK),
                                    entry("account.unexpected-user", WARN),
                                    entry("cloud.state", WARN),
                                    entry("history.shell", WARN),
                                    entry("identity.machine-id", WARN),
                                    entry("identity.random-seed", WARN),
                                    entry("key.private", BLOCK),
                                    entry("key.private-encrypted", WARN),
                                    entry("key.vendor", INFO),
                                    entry("package.altered-file", WARN),
                                    entry("package.half-installed", WARN),
                                    entry("patch.grave", BLOCK),
                                    entry("patch.pending", WARN),
                                    entry("patch.security", WARN),
                                    entry("patch.stale", WARN),
                                    entry("patch.unfixed", INFO),
                                    entry("patch.unknown", WARN),
                                    entry("secret.certificate", BLOCK),
                                    entry("secret.encrypted", INFO),
                                    entry("secret.password", BLOCK),
                                    entry("secret.token", BLOCK),
                                    entry("secret.vendor", INFO),
                                    entry("ssh.authorized-keys", BLOCK),
                                    entry("ssh.host-key", BLOCK),
                                    entry("ssh.private-key", BLOCK),
                                    entry("sshd.empty-passwords", BLOCK),
                                    entry("sshd.host-based", BLOCK),
                                    entry("sshd.keyboard-interactive", BLOCK),
                                    entry("sshd.keys-command", WARN),
                                    entry("sshd.password-authentication", BLOCK),
                                    entry("sshd.root-login", BLOCK),
                                    entry("sshd.root-login-by-key", WARN),
                                    entry("sshd.trusted-ca", BLOCK),
                                    entry("sudo.nopasswd", BLOCK),
                                    entry("sudo.user", WARN))));

    private static Map<String, Severity> withSystemRules(Map<String, Severity> others) {
        var all = new TreeMap<>(others);
        all.putAll(SystemRuleCatalogue.severities());
        return all;
    }

    /** Copies the map, and refuses rules that the catalogue does not have. */
    public Profile {
        severities = Map.copyOf(severities);
        for (var id : severities.keySet()) {
            if (RuleCatalogue.rule(id).isEmpty()) {
                throw new IllegalArgumentException("no rule '%s'".formatted(id));
            }
        }
    }

    /** The built-in profile of this name. */
    public static Optional<Profile> named(String name) {
        return name.equals(EGI_1.name) ? Optional.of(EGI_1) : Optional.empty();
    }
}
