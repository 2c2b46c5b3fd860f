package org.imprimatur.node.policy;

import java.nio.charset.StandardCharsets;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.register.SitePolicy;

/** A site's policy from any bytes: its conditions too. */
public final class SiteRulesFuzz {

    private SiteRulesFuzz() {}

    /** Ends with a policy that its kept text gives again, or with BadConfiguration. */
    public static void fuzzerTestOneInput(byte[] input) {
        YamlMember file;
        SitePolicy policy;
        try {
            file = YamlMember.parse("site.yaml", new String(input, StandardCharsets.UTF_8));
            policy = SiteRules.read(file);
        } catch (BadConfiguration bad) {
            if (bad.faults().isEmpty()) {
                throw new IllegalStateException("a refusal without a fault");
            }
            return;
        }
        if (!SiteRules.read(YamlMember.parse("kept", file.canonical())).equals(policy)) {
            throw new IllegalStateException("a policy that is kept as another");
        }
    }
}
