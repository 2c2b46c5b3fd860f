package org.imprimatur.trust;

import static org.assertj.core.api.Assertions.assertThat;

import org.imprimatur.register.StatementId;
import org.imprimatur.register.StatementJson;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StatementVerifierTest {

    private static final TrialAuthority CA = Samples.authority();
    private static final StatementVerifier VERIFIER = new StatementVerifier(CA.anchors());

    @ParameterizedTest
    @EnumSource
    void everyKindOfKeySignsAndIsVerified(TrialAuthority.KeyKind kind) {
        var alice = CA.issue("Alice", kind);
        var statement = Samples.acceptanceBy(alice.person());

        var verdict = VERIFIER.verify(StatementSigner.sign(statement, alice), Samples.NOW);

        assertThat(verdict).isInstanceOf(StatementVerifier.Verified.class);
        var verified = (StatementVerifier.Verified) verdict;
        assertThat(verified.statement()).isEqualTo(statement);
        assertThat(verified.person()).isEqualTo(alice.person());
        assertThat(verified.envelope().payload()).isEqualTo(StatementJson.write(statement));
        assertThat(verified.id()).isEqualTo(StatementId.of(StatementJson.write(statement)));
        assertThat(verified.chain().notes()).isEmpty();
    }
}
