package org.imprimatur.exchange.stratuslab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.imprimatur.trust.CrlMode;
import org.imprimatur.trust.TrustAnchors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each file of the corpus has the verdict and the code that {@code verdicts.txt} gives it. */
class StratusLabCorpusTest {

    private static final StratusLabVerifier VERIFIER =
            new StratusLabVerifier(
                    TrustAnchors.of(List.of(authority()), List.of(), CrlMode.IF_PRESENT));

    /** A line of the table. */
    private record Row(String file, int exit, String code, List<String> options) {

        static Row of(String line) {
            var parts = line.split(" ");
            return new Row(
                    parts[0],
                    Integer.parseInt(parts[1]),
                    parts[2],
                    Arrays.stream(parts).skip(3).map(part -> part.replace('\u00a0', ' ')).toList());
        }

        StratusLabVerifier.Terms terms() {
            var subject = option("--endorser");
            var issuer = option("--issuer");
            var previous = option("--previous");
            var terms =
                    StratusLabVerifier.Terms.at(Samples.NOW)
                            .from(
                                    subject == null ? null : new X500Principal(subject),
                                    issuer == null ? null : new X500Principal(issuer))
                            .after(previous == null ? null : bytes(previous));
            return options.contains("--legacy-sha1") ? terms.withLegacySha1() : terms;
        }

        private @Nullable String option(String name) {
            return options.stream()
                    .filter(option -> option.startsWith(name + "="))
                    .map(option -> option.substring(name.length() + 1))
                    .findFirst()
                    .orElse(null);
        }
    }

    private static List<Row> rows() {
        return new String(bytes("verdicts.txt"), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(Row::of)
                .toList();
    }

    @TestFactory
    Stream<DynamicTest> eachFileHasItsVerdict() {
        return rows().stream().map(row -> dynamicTest(row.toString(), () -> holds(row)));
    }

    private static void holds(Row row) {
        var verdict = VERIFIER.verify(bytes(row.file()), row.terms());

        switch (verdict) {
            case StratusLabVerdict.Accepted _ -> {
                assertThat(row.exit()).as("%s", verdict).isZero();
                assertThat(row.code()).isEqualTo("-");
            }
            case StratusLabVerdict.History(_, var code, _) -> {
                assertThat(code.label()).isEqualTo(row.code());
                assertThat(row.exit()).isEqualTo(1);
            }
            case StratusLabVerdict.Refused(var code, var unreadable, var explanation) -> {
                assertThat(code).as(explanation).isEqualTo(row.code());
                assertThat(unreadable ? 3 : 1).isEqualTo(row.exit());
                assertThat(explanation).doesNotContain("root:x:0:0").hasSizeLessThan(2000);
            }
        }
    }

    @Test
    void everyCodeHasAFile() {
        Set<String> expected = new TreeSet<>();
        for (var code : StratusLabCode.values()) {
            expected.add(code.label());
        }
        expected.remove(StratusLabCode.CHAIN.label());

        assertThat(rows().stream().map(Row::code)).containsAll(expected);
    }

    static byte[] bytes(String name) {
        try (var in = StratusLabCorpusTest.class.getResourceAsStream("/stratuslab/" + name)) {
            return java.util.Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static X509Certificate authority() {
        try (var in = StratusLabCorpusTest.class.getResourceAsStream("/stratuslab/ca.pem")) {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(in);
        } catch (IOException | CertificateException e) {
            throw new AssertionError(e);
        }
    }
}
