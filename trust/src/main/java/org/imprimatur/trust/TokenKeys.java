package org.imprimatur.trust;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidParameterException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Security;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.trust.TokenLibrary.Item;
import org.imprimatur.trust.TokenLibrary.Slot;
import org.jspecify.annotations.Nullable;

/** Finds signing keys on PKCS#11 tokens. */
final class TokenKeys {

    /** Where distributions put modules; those of p11-kit know all tokens of a machine. */
    private static final List<String> DIRECTORIES =
            List.of(
                    "/usr/lib/x86_64-linux-gnu",
                    "/usr/lib/x86_64-linux-gnu/pkcs11",
                    "/usr/lib/x86_64-linux-gnu/softhsm",
                    "/usr/lib/aarch64-linux-gnu",
                    "/usr/lib/aarch64-linux-gnu/pkcs11",
                    "/usr/lib/aarch64-linux-gnu/softhsm",
                    "/usr/lib64",
                    "/usr/lib64/pkcs11",
                    "/usr/lib",
                    "/usr/lib/pkcs11",
                    "/usr/lib/softhsm",
                    "/usr/local/lib",
                    "/usr/local/lib/pkcs11",
                    "/usr/local/lib/softhsm");

    private static final String ALL_TOKENS = "p11-kit-proxy";
    private static final String HOW_TO_NAME =
            "name the module of your token, for example --pkcs11-module"
                    + " /usr/lib/x86_64-linux-gnu/opensc-pkcs11.so, or set IMPRIMATUR_PKCS11_MODULE";
    private static final int SHOWN = 10;

    private TokenKeys() {}

    /** A key on a token, with its certificate first and others that may belong to its chain. */
    record Found(String name, SigningKey.Secret secret, List<X509Certificate> certificates) {}

    private record Candidate(String alias, X509Certificate certificate, String label, String id) {

        String shown() {
            return "object=%s (id %s, %s)".formatted(label, id, Certificates.subject(certificate));
        }
    }

    static Found find(TokenUri uri, @Nullable Path module, PasswordSource pins) {
        var file = module(uri, module);
        var library = TokenLibrary.load(file);
        var slot = slot(uri, library.slots());
        var provider = provider(file, slot);
        var store = open(slot, provider, pinSource(uri, pins));
        var items = library.certificates(slot);
        var candidates = candidates(uri, store, items);
        if (candidates.isEmpty()) {
            throw none(uri, slot, library.privateKeys(slot), items);
        }
        if (candidates.size() > 1) {
            throw new UnusableKey(
                    UnusableKey.Reason.SEVERAL_KEYS,
                    "the token '%s' holds %d keys that fit; add ';object=…' or ';id=…' to the URI: %s"
                            .formatted(
                                    slot.token(),
                                    candidates.size(),
                                    shown(candidates.stream().map(Candidate::shown))));
        }
        return found(slot, store, provider, candidates.getFirst());
    }

    private static Found found(Slot slot, KeyStore store, Provider provider, Candidate chosen) {
        try {
            if (!(store.getKey(chosen.alias(), null) instanceof PrivateKey key)) {
                throw new UnusableKey(
                        UnusableKey.Reason.NO_KEY,
                        "the token '%s' does not give out the use of the key %s"
                                .formatted(slot.token(), chosen.shown()));
            }
            var certificates = new ArrayList<X509Certificate>();
            certificates.add(chosen.certificate());
            var chain = store.getCertificateChain(chosen.alias());
            for (var above : chain == null ? new java.security.cert.Certificate[0] : chain) {
                if (above instanceof X509Certificate x509 && !certificates.contains(x509)) {
                    certificates.add(x509);
                }
            }
            return new Found(
                    "the token '" + slot.token() + "'",
                    new SigningKey.Secret(key, provider),
                    certificates);
        } catch (GeneralSecurityException | ProviderException e) {
            throw failed(e);
        }
    }

    private static Path module(TokenUri uri, @Nullable Path given) {
        var file = uri.modulePath() != null ? uri.modulePath() : given;
        if (file == null) {
            var name = uri.moduleName() == null ? ALL_TOKENS : uri.moduleName();
            return DIRECTORIES.stream()
                    .flatMap(
                            directory ->
                                    Stream.of(
                                                    name + ".so",
                                                    "lib" + name + ".so",
                                                    name + "-pkcs11.so")
                                            .map(Path.of(directory)::resolve))
                    .filter(Files::isRegularFile)
                    .findFirst()
                    .orElseThrow(
                            () ->
                                    new UnusableKey(
                                            UnusableKey.Reason.NO_MODULE,
                                            "there is no PKCS#11 module %s in the usual places; "
                                                            .formatted(MalformedInput.quoted(name))
                                                    + HOW_TO_NAME));
        }
        if (!Files.isRegularFile(file)) {
            throw new UnusableKey(
                    UnusableKey.Reason.NO_MODULE,
                    "there is no PKCS#11 module '%s'; ".formatted(file) + HOW_TO_NAME);
        }
        return file.toAbsolutePath();
    }

    private static Slot slot(TokenUri uri, List<Slot> slots) {
        var there = slots.stream().filter(Slot::usable).toList();
        var fitting = there.stream().filter(slot -> fits(uri, slot)).toList();
        if (fitting.size() == 1) {
            var slot = fitting.getFirst();
            if (slot.locked()) {
                throw locked(slot, null);
            }
            if (!slot.hasPin()) {
                throw new UnusableKey(
                        UnusableKey.Reason.TOKEN_LOCKED,
                        "the token '%s' has no PIN yet; set one with its own tools"
                                .formatted(slot.token()));
            }
            return slot;
        }
        var names =
                shown(
                        (fitting.isEmpty() ? there : fitting)
                                .stream()
                                        .map(
                                                slot ->
                                                        "token=%s;serial=%s"
                                                                .formatted(
                                                                        slot.token(),
                                                                        slot.serial())));
        if (fitting.isEmpty()) {
            throw new UnusableKey(
                    UnusableKey.Reason.NO_TOKEN,
                    there.isEmpty()
                            ? "the PKCS#11 module sees no token; plug it in, or name another module with"
                                    + " --pkcs11-module"
                            : "no token fits the URI; these are there: " + names);
        }
        throw new UnusableKey(
                UnusableKey.Reason.SEVERAL_TOKENS,
                "several tokens fit the URI; name one by ';token=…' or ';serial=…': " + names);
    }

    private static boolean fits(TokenUri uri, Slot slot) {
        return fits(uri.token(), slot.token())
                && fits(uri.manufacturer(), slot.manufacturer())
                && fits(uri.model(), slot.model())
                && fits(uri.serial(), slot.serial())
                && (uri.slot() == null || uri.slot() == slot.id());
    }

    private static boolean fits(@Nullable String wanted, String found) {
        return wanted == null || wanted.equals(found);
    }

    private static Provider provider(Path module, Slot slot) {
        var path = module.toString();
        if (slot.id() < 0 || slot.id() > Integer.MAX_VALUE || !path.matches("[^\"$\\p{Cntrl}]+")) {
            throw new UnusableKey(
                    UnusableKey.Reason.NO_MODULE,
                    "Java cannot use slot %s of the module '%s'; use p11-kit-proxy.so instead, and a"
                                    .formatted(Long.toUnsignedString(slot.id()), path)
                            + " path without special characters");
        }
        var base = Security.getProvider("SunPKCS11");
        if (base == null) {
            throw new UnusableKey(
                    UnusableKey.Reason.NO_MODULE,
                    "this Java has no SunPKCS11 provider; use a JDK with the module"
                            + " jdk.crypto.cryptoki");
        }
        try {
            return base.configure(
                    "--name = token-%d\nlibrary = \"%s\"\nslot = %d\n"
                            .formatted(slot.id(), path, slot.id()));
        } catch (InvalidParameterException | ProviderException e) {
            throw failed(e);
        }
    }

    private static PasswordSource pinSource(TokenUri uri, PasswordSource pins) {
        return uri.pinSource() == null ? pins : PasswordSource.ofFile(uri.pinSource());
    }

    /** Logs in, once: a token locks itself after a few wrong PINs. */
    private static KeyStore open(Slot slot, Provider provider, PasswordSource pins) {
        char[] pin =
                slot.wantsPin()
                        ? pins.passwordFor(new Locked.Token(slot.token(), slot.lastTry()))
                        : null;
        try {
            var store = KeyStore.getInstance("PKCS11", provider);
            store.load(null, pin);
            return store;
        } catch (IOException | GeneralSecurityException | ProviderException e) {
            throw notOpened(slot, e);
        } finally {
            if (pin != null) {
                Arrays.fill(pin, '\0');
            }
        }
    }

    private static UnusableKey notOpened(Slot slot, Exception e) {
        var answer =
                Stream.<Throwable>iterate(e, Objects::nonNull, Throwable::getCause)
                        .limit(SHOWN)
                        .map(cause -> String.valueOf(cause.getMessage()))
                        .collect(Collectors.joining(" "));
        if (answer.contains("CKR_PIN_LOCKED")) {
            return locked(slot, e);
        }
        if (answer.contains("CKR_PIN_")) {
            return new UnusableKey(
                    UnusableKey.Reason.WRONG_PASSWORD,
                    "the PIN does not open the token '%s'; it was tried once, and a token locks itself"
                                    .formatted(slot.token())
                            + " after a few wrong ones: be sure before you try again",
                    e);
        }
        return failed(e);
    }

    private static UnusableKey locked(Slot slot, @Nullable Exception cause) {
        return new UnusableKey(
                UnusableKey.Reason.TOKEN_LOCKED,
                "the token '%s' has locked itself after wrong PINs; unlock it with its own tools and"
                                .formatted(slot.token())
                        + " the security officer's PIN or PUK",
                cause);
    }

    private static List<Candidate> candidates(TokenUri uri, KeyStore store, List<Item> items) {
        var candidates = new ArrayList<Candidate>();
        try {
            for (var alias : Collections.list(store.aliases())) {
                if (!store.isKeyEntry(alias)
                        || !(store.getCertificate(alias) instanceof X509Certificate certificate)) {
                    continue;
                }
                var der = HexFormat.of().formatHex(certificate.getEncoded());
                for (var item : items) {
                    if (item.value().hex().equals(der)
                            && fits(uri.object(), item.label())
                            && fits(uri.id(), item.id())) {
                        candidates.add(new Candidate(alias, certificate, item.label(), item.id()));
                        break;
                    }
                }
            }
            return candidates;
        } catch (GeneralSecurityException | ProviderException e) {
            throw failed(e);
        }
    }

    private static UnusableKey none(
            TokenUri uri, Slot slot, List<Item> keys, List<Item> certificates) {
        var bare =
                keys.stream()
                        .filter(key -> fits(uri.object(), key.label()) && fits(uri.id(), key.id()))
                        .filter(
                                key ->
                                        certificates.stream()
                                                .noneMatch(other -> other.id().equals(key.id())))
                        .map(key -> "object=%s (id %s)".formatted(key.label(), key.id()))
                        .toList();
        if (!bare.isEmpty()) {
            return new UnusableKey(
                    UnusableKey.Reason.NO_CERTIFICATE,
                    "the token '%s' holds no certificate for the key %s; write it there with the same"
                                    .formatted(slot.token(), shown(bare.stream()))
                            + " id, for example with: pkcs11-tool --write-object cert.der --type cert"
                            + " --id ID");
        }
        return new UnusableKey(
                UnusableKey.Reason.NO_KEY,
                "the token '%s' holds no private key with a certificate that fits the URI; on it are: %s"
                        .formatted(
                                slot.token(),
                                certificates.isEmpty()
                                        ? "no certificates"
                                        : shown(certificates.stream().map(TokenKeys::describe))));
    }

    private static String describe(Item item) {
        String subject;
        try {
            subject =
                    Certificates.subject(
                            (X509Certificate)
                                    Pem.x509()
                                            .generateCertificate(
                                                    new ByteArrayInputStream(
                                                            item.value().bytes())));
        } catch (CertificateException e) {
            subject = "a certificate that cannot be read";
        }
        return "object=%s (id %s, %s)".formatted(item.label(), item.id(), subject);
    }

    private static String shown(Stream<String> things) {
        return things.limit(SHOWN).collect(Collectors.joining(", "));
    }

    /** A token that does not do what it should, for reasons that only its driver knows. */
    static UnusableKey failed(Exception e) {
        var deepest = (Throwable) e;
        for (int depth = 0; depth < SHOWN && deepest.getCause() != null; depth++) {
            deepest = deepest.getCause();
        }
        return new UnusableKey(
                UnusableKey.Reason.TOKEN_FAILED,
                "the token does not do its work (%s); check that it is plugged in, and its driver"
                        .formatted(Objects.requireNonNullElse(deepest.getMessage(), deepest)),
                e);
    }
}
