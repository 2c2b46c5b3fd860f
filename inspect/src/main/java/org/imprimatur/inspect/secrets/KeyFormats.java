package org.imprimatur.inspect.secrets;

import java.util.Base64;
import java.util.List;
import org.imprimatur.inspect.keys.Certificate;
import org.imprimatur.inspect.keys.PrivateKey;
import org.imprimatur.inspect.keys.PrivateKeys;
import org.jspecify.annotations.Nullable;

/** Keys and certificates in text form, wherever they stand. */
final class KeyFormats {

    private static final String AGE = "AGE-SECRET-KEY-1";
    private static final String BECH32 = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";
    private static final int AGE_DATA = 58;
    private static final int WIREGUARD_TEXT = 44;

    private KeyFormats() {}

    static List<Format> all() {
        return List.of(
                new Format(List.of("-----BEGIN "), SecretSearch.AHEAD, KeyFormats::armoured),
                new Format(List.of("LS0tLS1CRUdJTi"), SecretSearch.AHEAD, KeyFormats::inBase64),
                new Format(List.of("PuTTY-User-Key-File-"), 8 << 10, KeyFormats::putty),
                new Format(List.of(AGE), Format.TOKEN, KeyFormats::age),
                new Format(
                        List.of("PrivateKey", "private-key="), Format.TOKEN, KeyFormats::wireGuard),
                new Format(
                        List.of("private-key(", "private-key ("), Format.TOKEN, KeyFormats::gnuPg),
                new Format(List.of("$ANSIBLE_VAULT;1."), Format.TOKEN, KeyFormats::ansibleVault));
    }

    private static @Nullable Sighting armoured(Window window, int start, int end) {
        if (window.isAt(end, "CERTIFICATE-----") || window.isAt(end, "X509 CERTIFICATE-----")) {
            var certificate = Certificate.inPem(window.data(), start, window.high());
            return certificate == null || certificate.isOfAuthority()
                    ? null
                    : Sighting.of(
                            window.offset(start),
                            SecretKind.CERTIFICATE,
                            certificate.description());
        }
        var key = PrivateKeys.at(window.data(), start, window.high());
        return key == null ? null : Sighting.of(window.offset(start), key);
    }

    /** Armour once more in base 64, as the files of Kubernetes have it. */
    private static @Nullable Sighting inBase64(Window window, int start, int end) {
        if (Chars.BASE64.has(window.at(start - 1))) {
            return null;
        }
        int to = window.end(start, Chars.BASE64, SecretSearch.AHEAD);
        int whole = start + (to - start) / 4 * 4;
        var keys = PrivateKeys.in(Base64.getDecoder().decode(window.text(start, whole)));
        return keys.isEmpty() ? null : Sighting.of(window.offset(start), keys.getFirst());
    }

    private static @Nullable Sighting putty(Window window, int start, int end) {
        int encryption = window.indexOf("\nEncryption: ", end, end + 64);
        if (encryption < 0
                || window.indexOf("\nPublic-Lines: ", encryption, encryption + 400) < 0) {
            return null;
        }
        var key = PrivateKeys.putty(window.text(start, window.high()));
        return key == null ? null : Sighting.of(window.offset(start), key);
    }

    /** Bech32 (BIP 173) with its checksum, in capital letters. */
    private static @Nullable Sighting age(Window window, int start, int end) {
        int to = window.end(end, Chars.UPPER_ALNUM, AGE_DATA + 1);
        if (to - end != AGE_DATA || !isBech32("age-secret-key-", window.text(end, to))) {
            return null;
        }
        return Sighting.of(window.offset(start), new PrivateKey("age X25519", 0, false, ""));
    }

    private static boolean isBech32(String prefix, String data) {
        return data.chars().allMatch(c -> BECH32.indexOf(c) >= 0) && checksum(prefix, data) == 1;
    }

    /** The polynomial of both, which is 1 where the last six characters are the checksum. */
    static int checksum(String prefix, String data) {
        int sum = 1;
        for (int i = 0; i < prefix.length(); i++) {
            sum = step(sum) ^ prefix.charAt(i) >> 5;
        }
        sum = step(sum);
        for (int i = 0; i < prefix.length(); i++) {
            sum = step(sum) ^ prefix.charAt(i) & 31;
        }
        for (int i = 0; i < data.length(); i++) {
            sum = step(sum) ^ BECH32.indexOf(data.charAt(i));
        }
        return sum;
    }

    private static int step(int sum) {
        int top = sum >>> 25;
        int next = (sum & 0x1ffffff) << 5;
        int[] factors = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
        for (int i = 0; i < factors.length; i++) {
            if ((top >> i & 1) != 0) {
                next ^= factors[i];
            }
        }
        return next;
    }

    /**
     * A key of Curve25519 as wg(8) writes it: of its 256 bits five have fixed values (RFC 7748,
     * section 5).
     */
    private static @Nullable Sighting wireGuard(Window window, int start, int end) {
        int at = window.end(end, Chars.BLANK, 8);
        if (window.at(at) == '=') {
            at = window.end(at + 1, Chars.BLANK, 8);
        } else if (window.at(end - 1) != '=') {
            return null;
        }
        int to = window.end(at, Chars.BASE64, WIREGUARD_TEXT);
        if (to - at != WIREGUARD_TEXT - 1 || window.at(to) != '=' || window.at(to + 1) == '=') {
            return null;
        }
        byte[] key;
        try {
            key = Base64.getDecoder().decode(window.text(at, to + 1));
        } catch (IllegalArgumentException _) {
            return null; // bits that base64 leaves unused are set
        }
        return (key[0] & 7) == 0 && (key[31] & 0xc0) == 0x40
                ? Sighting.of(window.offset(start), new PrivateKey("WireGuard", 0, false, ""))
                : null;
    }

    /** The files of gpg-agent: an expression in canonical form, or behind a name in text form. */
    private static @Nullable Sighting gnuPg(Window window, int start, int end) {
        boolean canonical = window.at(end - 2) == 'y' && Chars.DIGIT.has(window.at(end));
        boolean encrypted;
        if (canonical) {
            encrypted = window.isAt(start - 14, "(21:protected-");
            if (!encrypted && !window.isAt(start - 4, "(11:")) {
                return null;
            }
        } else {
            encrypted = window.isAt(start - 16, "Key: (protected-");
            if (!encrypted && !window.isAt(start - 6, "Key: (")) {
                return null;
            }
            int number = window.indexOf("#", end, end + 64);
            if (number < 0 || window.end(number + 1, Chars.HEX, 32) != number + 33) {
                return null;
            }
        }
        return Sighting.of(window.offset(start), new PrivateKey("GnuPG", 0, encrypted, ""));
    }

    private static @Nullable Sighting ansibleVault(Window window, int start, int end) {
        int line = window.indexOf("\n", end, end + 80);
        boolean cipherText = line >= 0 && window.end(line + 1, Chars.HEX, 80) - line > 32;
        return cipherText
                ? Sighting.of(window.offset(start), SecretKind.ENCRYPTED, "Ansible vault")
                : null;
    }
}
