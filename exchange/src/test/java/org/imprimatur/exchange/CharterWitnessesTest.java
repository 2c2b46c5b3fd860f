package org.imprimatur.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.imprimatur.ledger.Cosigner;
import org.imprimatur.ledger.NoteSigner;
import org.imprimatur.register.Charter;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Person;
import org.imprimatur.register.PolicyRef;
import org.imprimatur.register.Sha256;
import org.junit.jupiter.api.Test;

/** The member {@code witnesses} of a charter. */
class CharterWitnessesTest {

    private static final NoteSigner LEDGER = NoteSigner.ofSeed("ledger.example", new byte[32]);
    private static final Cosigner WITNESS = Cosigner.ofSeed("w.example", new byte[32]);

    private static Charter charter(int threshold, String... keys) {
        return new Charter(
                new Origin(LEDGER.name()),
                LEDGER.verifier().toString(),
                new PolicyRef("policy", "1", Sha256.of(new byte[0])),
                List.of(
                        new Charter.Body(
                                Owner.parse("vo:biomed"), List.of(new Person("CN=A", "CN=CA")))),
                null,
                new Charter.Witnesses(threshold, List.of(keys)));
    }

    @Test
    void theWitnessesAreReadBack() {
        var charter = charter(1, WITNESS.verifier().toString());

        assertThat(CharterJson.read(CharterJson.write(charter))).isEqualTo(charter);
        assertThat(CharterJson.witnessKeys(charter)).containsExactly(WITNESS.verifier());
    }

    @Test
    void moreThanThereAreCannotBeAskedFor() {
        assertThatThrownBy(() -> charter(2, WITNESS.verifier().toString()))
                .isInstanceOf(MalformedInput.class);
        assertThatThrownBy(() -> charter(0, WITNESS.verifier().toString()))
                .isInstanceOf(MalformedInput.class);
        var text = new String(CharterJson.write(charter(1, WITNESS.verifier().toString())), UTF_8);
        var many = text.replace("\"threshold\" : 1", "\"threshold\" : 4294967297");
        assertThat(many).isNotEqualTo(text);
        assertThatThrownBy(() -> CharterJson.read(many.getBytes(UTF_8)))
                .isInstanceOf(MalformedInput.class);
    }

    @Test
    void aKeyOfALedgerIsNoWitness() {
        var wrong = CharterJson.write(charter(1, LEDGER.verifier().toString()));

        assertThatThrownBy(() -> CharterJson.read(wrong))
                .isInstanceOf(MalformedInput.class)
                .hasMessageContaining("keys of witnesses");
    }
}
