package org.imprimatur.inspect.facts;

import static org.assertj.core.api.Assertions.assertThat;

import org.imprimatur.register.Clause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordTest {

    @ParameterizedTest
    @CsvSource({
        "$6$salt$abcdef, sha512crypt",
        "$5$rounds=5000$salt$abc, sha256crypt",
        "$y$j9T$salt$hash, yescrypt",
        "$gy$j9T$salt$hash, gost-yescrypt",
        "$2b$12$abcdefghijklmnopqrstuv, bcrypt",
        "$1$salt$hash, md5crypt",
        "$7$params$hash, scrypt",
        "$argon2id$v=19$x, unknown",
        "abJnggxhB/yWI, descrypt",
        "_J9..rasmBYk8r9AiWNc, bsdicrypt",
    })
    @Clause({"END-4.2.d", "EGI-5.2.d", "TVM-3.7.6"})
    void aHashOfAnyKindIsAUsablePassword(String field, String kind) {
        assertThat(Password.ofField(field)).isEqualTo(new Password.Usable(kind));
        assertThat(Password.ofField("!" + field)).isEqualTo(new Password.LockedHash(kind));
        assertThat(Password.ofField("!!" + field)).isEqualTo(new Password.LockedHash(kind));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"*", "!", "!!", "!*", "*LK*", "NP", "x", "*NP*", "$6", "no hash at all"})
    void whatNoPasswordCanEqualIsNone(String field) {
        assertThat(Password.ofField(field)).isEqualTo(new Password.None());
    }

    @Test
    void anEmptyFieldIsAnOpenDoor() {
        assertThat(Password.ofField("")).isEqualTo(new Password.Empty());
    }
}
