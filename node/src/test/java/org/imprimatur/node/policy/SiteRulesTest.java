package org.imprimatur.node.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.register.SitePolicy;
import org.imprimatur.register.UseClass;
import org.junit.jupiter.api.Test;

class SiteRulesTest {

    private static byte[] full() throws IOException {
        try (var in = SiteRulesTest.class.getResourceAsStream("/fuzz/SiteRulesFuzz/full.yaml")) {
            return in.readAllBytes();
        }
    }

    private static SitePolicy read(byte[] text) {
        return SiteRules.read(
                YamlMember.parse("site.yaml", new String(text, StandardCharsets.UTF_8)));
    }

    @Test
    void aPolicyWithEverythingIsRead() throws IOException {
        var policy = read(full());

        assertThat(policy.classes()).containsOnlyKeys(UseClass.INFRASTRUCTURE, UseClass.PAYLOAD);
        assertThat(policy.classes().get(UseClass.PAYLOAD).conditions()).hasSize(2);
        assertThat(policy.checks()).hasSize(2);
        assertThat(policy.approvesByRule()).isTrue();
    }

    @Test
    void whateverIsWrittenEndsInAPolicyThatIsKeptOrInItsFaults() throws IOException {
        var random = new Random(5);
        var full = full();
        SiteRulesFuzz.fuzzerTestOneInput(full);
        for (int round = 0; round < 400; round++) {
            var mutant = Arrays.copyOf(full, full.length);
            for (int i = 0; i <= random.nextInt(4); i++) {
                int at = random.nextInt(mutant.length);
                mutant[at] = full[random.nextInt(full.length)];
            }
            SiteRulesFuzz.fuzzerTestOneInput(mutant);
        }
    }
}
