package org.imprimatur.inspect.keys;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SshPublicKeyTest {

    private static final String KEY =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    @ParameterizedTest
    @ValueSource(
            strings = {
                KEY,
                KEY + " alice@host",
                "  " + KEY,
                "no-pty,command=\"echo \\\"a b\\\"\" " + KEY,
                "from=\"10.0.0.0/8\"\t" + KEY,
            })
    void aKeyIsReadWithOptionsAndComment(String line) {
        assertThat(SshPublicKey.ofAuthorizedKeysLine(line))
                .isNotNull()
                .extracting(SshPublicKey::type)
                .isEqualTo("ssh-ed25519");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "# comment",
                "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "ssh-ed25519 not-base64!",
                "ssh-ed25519",
            })
    void whatTheServerSkipsIsSkipped(String line) {
        assertThat(SshPublicKey.ofAuthorizedKeysLine(line)).isNull();
    }

    @Test
    void theFingerprintIsThatOfSshKeygen() {
        var key = SshPublicKey.ofAuthorizedKeysLine(KEY);

        assertThat(key).isNotNull();
        assertThat(key.fingerprint())
                .isEqualTo("SHA256:kmYcvdi2GkPeWxB6XLjrZB8JHsy2Hm8luHMFp9GMvqk");
    }
}
