package org.imprimatur.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.imprimatur.exchange.attestation.AttestationVerdict;
import org.imprimatur.exchange.attestation.AttestationVerdict.Accepted;
import org.imprimatur.exchange.attestation.AttestationVerdict.Refused;
import org.imprimatur.exchange.attestation.AttestationVerifier;
import org.imprimatur.exchange.attestation.AttestationVerifier.Trust;
import org.imprimatur.exchange.attestation.InTotoStatement.Subject;
import org.imprimatur.exchange.attestation.Provenance;
import org.imprimatur.exchange.attestation.SignedEnvelope;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.trust.Certificates;
import org.imprimatur.trust.SigningKey;
import org.imprimatur.trust.VerificationKey;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "verify",
        description = {
            "Verify a DSSE envelope or Sigstore bundle of any tool with an in-toto statement, and say"
                    + " what it states about an image.",
            "Trusted is either one public key, or whom the certificate authorities vouch for.",
            "Status 0: accepted. 1: refused. 3: not an envelope."
        },
        footerHeading = "%nExample:%n",
        footer =
                "  imprimatur statement verify provenance.json --key builder.pub --image image.qcow2")
final class StatementVerifyCommand implements Callable<Integer> {

    private static final Pattern DIGEST =
            Pattern.compile("(sha256):([0-9a-f]{64})|(sha512):([0-9a-f]{128})");

    private static final Map<String, String> ALGORITHMS =
            Map.of("sha256", "SHA-256", "sha384", "SHA-384", "sha512", "SHA-512");

    @Mixin private final Output output = new Output();
    @Mixin private final At at = new At();
    @Mixin private final AnchorOptions anchors = new AnchorOptions();

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "The public key that must have signed, PEM.")
    private @Nullable Path key;

    @Option(
            names = "--chain",
            paramLabel = "FILE",
            description =
                    "The signer's certificate and those above it, PEM, where they do not come with the"
                            + " signature.")
    private @Nullable Path chain;

    @Option(
            names = "--image",
            paramLabel = "FILE",
            description = "The image that the statement should speak of.")
    private @Nullable Path image;

    @Option(
            names = "--digest",
            paramLabel = "DIGEST",
            description = "The same by digest: sha512:… or sha256:…, in lower-case hex.")
    private @Nullable String digest;

    @Parameters(index = "0", paramLabel = "FILE", description = "The envelope.")
    private @Nullable Path source;

    @Override
    public Integer call() throws IOException {
        var verifier = new AttestationVerifier(trust());
        var file = Objects.requireNonNull(source);
        var verdict = verifier.verify(Input.read(file, SignedEnvelope.MAX_BYTES + 1), wanted());
        output.document(json(verdict));
        return switch (verdict) {
            case Accepted accepted -> {
                tell(accepted);
                yield ExitCode.DONE.status();
            }
            case Refused refused -> {
                if (refused.unreadable()) {
                    throw new CommandFailure(
                            ExitCode.UNREADABLE,
                            "%s: %s [%s]".formatted(file, refused.explanation(), refused.code()));
                }
                output.line("REFUSED [%s]: %s", refused.code(), refused.explanation());
                yield ExitCode.NO.status();
            }
        };
    }

    private Trust trust() throws IOException {
        if (key != null) {
            return new Trust.Key(
                    Input.read(key, VerificationKey.MAX_FILE_BYTES, VerificationKey::read));
        }
        var trusted = anchors.read(output);
        if (trusted.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "whose signature is trusted? Give a public key with --key, or the directory of"
                            + " certificate authorities with --anchors.");
        }
        List<byte[]> given =
                chain == null
                        ? List.of()
                        : Certificates.chain(Input.read(chain, SigningKey.MAX_FILE_BYTES));
        return new Trust.Chain(trusted.get(), given, at.instant());
    }

    private Map<String, String> wanted() throws IOException {
        if (image != null) {
            return digests(image);
        }
        if (digest == null) {
            return Map.of();
        }
        var form = DIGEST.matcher(digest);
        if (!form.matches()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--digest: '%s' is not sha512:… or sha256:… in lower-case hex"
                            .formatted(digest));
        }
        return form.group(1) != null
                ? Map.of(form.group(1), form.group(2))
                : Map.of(form.group(3), form.group(4));
    }

    /** All digests that a statement may name an image by, in one pass over the file. */
    static Map<String, String> digests(Path file) throws IOException {
        var found = Digests.of(file, ALGORITHMS.values());
        var digests = new LinkedHashMap<String, String>();
        ALGORITHMS.forEach((name, algorithm) -> digests.put(name, found.value(algorithm)));
        return digests;
    }

    private void tell(Accepted accepted) {
        var signer = accepted.signer();
        signer.person()
                .ifPresentOrElse(
                        person ->
                                output.line(
                                        "signer     %s (issuer %s)",
                                        person.subject(), person.issuer()),
                        () -> output.line("signer     key %s", signer.key()));
        var statement = accepted.statement();
        output.line("states     %s", shown(statement.predicateType()));
        for (var subject : statement.subjects().stream().limit(8).toList()) {
            output.line("subject    %s %s", shown(subject.name()), shownDigests(subject));
        }
        if (statement.subjects().size() > 8) {
            output.line("           and %d more subjects", statement.subjects().size() - 8);
        }
        Provenance.of(statement)
                .ifPresent(
                        built -> {
                            built.builder()
                                    .ifPresent(id -> output.line("builder    %s", shown(id)));
                            built.buildType()
                                    .ifPresent(type -> output.line("build      %s", shown(type)));
                            built.materials().stream()
                                    .limit(8)
                                    .forEach(uri -> output.line("made from  %s", shown(uri)));
                        });
        accepted.notes().forEach(note -> output.line("note       %s", note));
        output.line(
                accepted.image().isPresent()
                        ? "ACCEPTED: it speaks of this image"
                        : "ACCEPTED: signed; no image was asked for");
    }

    private static String shownDigests(Subject subject) {
        var text = new StringBuilder();
        subject.digests()
                .forEach(
                        (name, value) ->
                                text.append(' ')
                                        .append(shown(name))
                                        .append(' ')
                                        .append(shown(value)));
        return text.toString().strip();
    }

    /** Text of strangers, on one line. */
    private static String shown(String text) {
        return MalformedInput.quoted(text);
    }

    private static ObjectNode json(AttestationVerdict verdict) {
        var json = Output.object();
        switch (verdict) {
            case Refused(var code, var explanation) ->
                    json.put("verdict", "REFUSED")
                            .put("code", code)
                            .put("explanation", explanation);
            case Accepted(var signer, var statement, var image, var notes) -> {
                json.put("verdict", "ACCEPTED");
                var who = json.putObject("signer").put("key", signer.key());
                signer.person()
                        .ifPresent(
                                person ->
                                        who.put("subject", person.subject())
                                                .put("issuer", person.issuer()));
                json.put("type", statement.type()).put("predicateType", statement.predicateType());
                var subjects = json.putArray("subjects");
                for (var subject : statement.subjects()) {
                    subjects.add(subject(subject));
                }
                image.ifPresent(subject -> json.set("image", subject(subject)));
                Provenance.of(statement)
                        .ifPresent(
                                built -> {
                                    var node = json.putObject("provenance");
                                    built.builder().ifPresent(id -> node.put("builder", id));
                                    built.buildType()
                                            .ifPresent(type -> node.put("buildType", type));
                                    var materials = node.putArray("materials");
                                    built.materials().forEach(materials::add);
                                    node.put("materialCount", built.allMaterials());
                                });
                notes.forEach(json.putArray("notes")::add);
            }
        }
        return json;
    }

    private static ObjectNode subject(Subject subject) {
        var json = Output.object().put("name", subject.name());
        subject.digests().forEach(json.putObject("digest")::put);
        return json;
    }
}
