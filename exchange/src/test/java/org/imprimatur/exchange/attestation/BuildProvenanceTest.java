package org.imprimatur.exchange.attestation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.imprimatur.exchange.attestation.BuildProvenance.NotOfThisImage;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Sha256;
import org.junit.jupiter.api.Test;

class BuildProvenanceTest {

    private static final Map<String, String> IMAGE =
            Map.of("sha256", Foreign.SHA256, "sha512", Foreign.SHA512);
    private static final Map<String, String> OTHER =
            Map.of("sha256", "0".repeat(64), "sha512", "0".repeat(128));
    private static final String TIMED =
            Foreign.PROVENANCE.replace(
                    "\"https://builder.example/\"}",
                    "\"https://builder.example/\"}, \"metadata\": {\"startedOn\":"
                            + " \"2026-11-20T08:00:00+01:00\", \"finishedOn\": \"2026-11-20T07:30:00Z\"}");

    private static BuildProvenance read(String text) throws NotOfThisImage {
        return BuildProvenance.read(text.getBytes(StandardCharsets.UTF_8), IMAGE, null);
    }

    @Test
    void builderKindAndTimesOfABuildAreReadFromAStatementAloneAndFromAnEnvelope()
            throws NotOfThisImage {
        for (var text : new String[] {TIMED, Foreign.envelope(TIMED)}) {
            var found = read(text);

            assertThat(found.builder()).isEqualTo("https://builder.example/");
            assertThat(found.provenance().buildType())
                    .isEqualTo("https://builder.example/image/v1");
            assertThat(found.provenance().startedAt()).isEqualTo("2026-11-20T07:00:00Z");
            assertThat(found.provenance().finishedAt()).isEqualTo("2026-11-20T07:30:00Z");
            assertThat(found.provenance().document())
                    .isEqualTo(Sha256.of(text.getBytes(StandardCharsets.UTF_8)));
            assertThat(found.signed()).isEqualTo(!text.equals(TIMED));
            assertThat(found.verified()).isFalse();
        }
        assertThat(read(Foreign.PROVENANCE).provenance().startedAt()).isNull();
    }

    @Test
    void provenanceOfAnotherFileIsRefused() {
        for (var text : new String[] {TIMED, Foreign.envelope(TIMED)}) {
            assertThatThrownBy(
                            () ->
                                    BuildProvenance.read(
                                            text.getBytes(StandardCharsets.UTF_8), OTHER, null))
                    .isInstanceOfSatisfying(
                            NotOfThisImage.class,
                            e -> assertThat(e.code()).isEqualTo("image-not-named"));
        }
        var conflict =
                TIMED.replace(
                        "\"sha256\": \"" + Foreign.SHA256 + "\"",
                        "\"sha256\": \"%s\", \"sha512\": \"%s\""
                                .formatted(Foreign.SHA256, "0".repeat(128)));
        assertThatThrownBy(() -> read(conflict))
                .isInstanceOfSatisfying(
                        NotOfThisImage.class,
                        e -> assertThat(e.code()).isEqualTo("digest-conflict"));
    }

    @Test
    void withTheBuildersKeyOnlyItsSignatureIsTaken() throws NotOfThisImage {
        var envelope = Foreign.envelope(TIMED).getBytes(StandardCharsets.UTF_8);

        assertThat(
                        BuildProvenance.read(
                                        envelope, IMAGE, Foreign.key(Foreign.BUILDER.getPublic()))
                                .verified())
                .isTrue();
        var other = Foreign.key(Foreign.ec().getPublic());
        assertThatThrownBy(() -> BuildProvenance.read(envelope, IMAGE, other))
                .isInstanceOfSatisfying(
                        NotOfThisImage.class,
                        e -> assertThat(e.code()).isEqualTo("wrong-signature"));
        assertThatThrownBy(
                        () ->
                                BuildProvenance.read(
                                        TIMED.getBytes(StandardCharsets.UTF_8), IMAGE, other))
                .isInstanceOfSatisfying(
                        NotOfThisImage.class,
                        e -> assertThat(e.code()).isEqualTo("not-an-envelope"));
    }

    @Test
    void whatIsNoProvenanceOrSaysTooLittleIsRefusedWithWhatIsMissing() {
        refused(TIMED.replace("provenance/v1", "provenance/v0.2"), "predicateType");
        refused(TIMED.replace("\"builder\"", "\"author\""), "runDetails.builder.id");
        refused(TIMED.replace("\"buildType\"", "\"type\""), "buildDefinition.buildType");
        refused(TIMED.replace("2026-11-20T07:30:00Z", "yesterday"), "metadata.finishedOn");
        refused(TIMED.replace("2026-11-20T07:30:00Z", "2026-11-20T06:30:00Z"), "finishedAt");
        refused(TIMED.replace("Statement/v1", "Statement/v9"), "_type");
        refused("[]", "JSON object");
    }

    private static void refused(String text, String said) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(MalformedInput.class)
                .hasMessageContaining(said);
    }
}
