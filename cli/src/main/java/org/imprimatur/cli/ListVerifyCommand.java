package org.imprimatur.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import javax.security.auth.x500.X500Principal;
import org.imprimatur.exchange.hepix.ImageList;
import org.imprimatur.exchange.hepix.ImageVerdict;
import org.imprimatur.exchange.hepix.ListDiff;
import org.imprimatur.exchange.hepix.ListVerifier;
import org.imprimatur.exchange.hepix.ListVerifier.Expected;
import org.imprimatur.exchange.hepix.ListVerifier.Reason;
import org.imprimatur.exchange.hepix.ListVerifier.Verdict;
import org.imprimatur.exchange.hepix.Meanwhile;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.trust.SlashName;
import org.imprimatur.trust.TrustAnchors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "verify",
        description = {
            "Verify a signed image list: signature, certificates, endorser, times, version, images.",
            "Status 0: accepted, with or without unusable images. 1: refused. 3: not a list."
        },
        footerHeading = "%nExample:%n",
        footer =
                "  imprimatur list verify https://catalogue.example/store/vo/biomed/image.list"
                        + " --anchors /etc/grid-security/certificates")
final class ListVerifyCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final At at = new At();
    @Mixin private final AnchorOptions anchors = new AnchorOptions();

    @Option(
            names = "--endorser",
            paramLabel = "DN",
            description =
                    "Who must have signed, for example '/DC=org/DC=example/CN=Alice', or as RFC"
                            + " 2253.")
    private @Nullable String endorser;

    @Option(
            names = "--issuer",
            paramLabel = "DN",
            description = "Who must have issued the endorser's certificate, in the same form.")
    private @Nullable String issuer;

    @Option(
            names = "--previous",
            paramLabel = "FILE",
            description = "The list as it was taken last: an older or altered one is refused.")
    private @Nullable Path previous;

    @Option(
            names = "--legacy-sha1",
            description = "Take a signature over SHA-1, as lists of old tools have it.")
    private boolean legacySha1;

    @Parameters(index = "0", paramLabel = "FILE|URL", description = "The signed list.")
    private @Nullable String source;

    @Override
    public Integer call() throws IOException {
        var trusted = anchors.required(output);
        var subject = name("--endorser", endorser);
        var authority = name("--issuer", issuer);
        var held = held();
        var where = Objects.requireNonNull(source);
        Verdict verdict;
        Optional<ImageList> before;
        try {
            verdict = verdict(where, trusted, subject, authority, held);
        } finally {
            // What is wrong with the list that is held is told before all else.
            before = held.get();
        }
        var changes =
                before.filter(_ -> verdict.accepted() && !verdict.unchanged())
                        .map(old -> ListDiff.between(old, verdict.list().orElseThrow()))
                        .map(diff -> ListDiffCommand.tell(diff, output));
        tell(verdict);
        if (output.json()) {
            var document = document(verdict);
            changes.ifPresent(all -> document.set("changes", all));
            output.document(document);
        }
        return verdict.accepted() ? ExitCode.DONE.status() : ExitCode.NO.status();
    }

    /** The list that is held, read on a thread of its own while the new one is verified. */
    private Supplier<Optional<ImageList>> held() {
        var file = previous;
        if (file == null) {
            return Optional::empty;
        }
        return Meanwhile.of(
                () -> {
                    try {
                        return Optional.of(
                                Input.read(file, ImageList.MAX_BYTES, ImageList::readAny));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    /** A name with slashes is compared as it is; one as RFC 2253 is written with slashes first. */
    private static Optional<String> name(String option, @Nullable String text) {
        if (text == null || text.startsWith("/")) {
            return Optional.ofNullable(text);
        }
        try {
            return Optional.of(SlashName.of(new X500Principal(text)));
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "%s: '%s' is not a name such as /DC=org/DC=example/CN=Alice"
                            .formatted(option, text),
                    e);
        }
    }

    private Verdict verdict(
            String where,
            TrustAnchors trusted,
            Optional<String> subject,
            Optional<String> authority,
            Supplier<Optional<ImageList>> held)
            throws IOException {
        var message = ListSource.read(where);
        var verifier =
                new ListVerifier(
                        trusted,
                        legacySha1,
                        new Expected(subject, authority, held, message.address()));
        try {
            return verifier.verify(message.bytes(), at.instant());
        } catch (MalformedInput bad) {
            var _ = held.get();
            output.document(
                    Output.object()
                            .put("verdict", "UNREADABLE")
                            .put("reason", "not-a-list")
                            .put("explanation", bad.explanation()));
            throw new CommandFailure(
                    ExitCode.UNREADABLE,
                    "%s is not a list: %s"
                            .formatted(message.address().orElse(where), bad.explanation()),
                    bad);
        }
    }

    private void tell(Verdict verdict) {
        verdict.warnings().forEach(warning -> output.line("note  %s", warning));
        for (var image : verdict.images()) {
            for (var objection : image.objections()) {
                output.line(
                        "unusable  image %d (%s): %s [%s]",
                        image.position() + 1,
                        image.identifier().map(Object::toString).orElse("no identifier"),
                        objection.explanation(),
                        objection.code());
            }
        }
        for (var reason : verdict.refusals()) {
            output.line("FAIL  %s [%s]", reason.explanation(), reason.code());
        }
        if (!verdict.accepted()) {
            output.line("REFUSED");
            return;
        }
        var list = verdict.list().orElseThrow();
        var signer = verdict.signer().orElseThrow();
        output.line(
                "ACCEPTED: %s, version %s%s, %d of %d images usable, expires %s, signed by %s",
                list.text("dc:title").orElse(""),
                list.text("hv:version").orElse(""),
                verdict.unchanged() ? " (unchanged)" : "",
                verdict.images().stream().filter(ImageVerdict::usable).count(),
                verdict.images().size(),
                list.text("dc:date:expires").orElse(""),
                signer.subject());
    }

    private static ObjectNode document(Verdict verdict) {
        var document = Output.object().put("verdict", verdict.accepted() ? "ACCEPTED" : "REFUSED");
        if (!verdict.accepted()) {
            document.put("reason", verdict.refusals().getFirst().code());
        }
        reasons(document.putArray("reasons"), verdict.refusals());
        verdict.signer()
                .ifPresent(
                        signer -> {
                            var node =
                                    document.putObject("signer")
                                            .put("dn", signer.subject())
                                            .put("ca", signer.issuer())
                                            .put("digest", signer.digest());
                            signer.time()
                                    .ifPresent(time -> node.put("signingTime", time.toString()));
                        });
        if (verdict.signer().isPresent()) {
            verdict.list().ifPresent(list -> document.set("list", ListShowCommand.summary(list)));
        }
        document.put("unchanged", verdict.unchanged());
        var usable = verdict.images().stream().filter(ImageVerdict::usable).count();
        document.put("usable", usable).put("unusable", verdict.images().size() - usable);
        var images = document.putArray("images");
        for (var image : verdict.images()) {
            var node = images.addObject().put("position", image.position());
            image.identifier().ifPresent(uuid -> node.put("identifier", uuid.toString()));
            image.version().ifPresent(version -> node.put("version", version));
            image.title().ifPresent(title -> node.put("title", title));
            image.ramBytes().ifPresent(bytes -> node.put("ramMinimumBytes", bytes));
            node.put("usable", image.usable());
            reasons(node.putArray("reasons"), image.objections());
            image.warnings().forEach(node.withArray("warnings")::add);
        }
        verdict.warnings().forEach(document.putArray("warnings")::add);
        return document;
    }

    private static void reasons(ArrayNode array, List<Reason> reasons) {
        for (var reason : reasons) {
            array.addObject().put("code", reason.code()).put("explanation", reason.explanation());
        }
    }
}
