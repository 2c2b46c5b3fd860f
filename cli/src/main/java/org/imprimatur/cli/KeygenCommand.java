package org.imprimatur.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "keygen",
        description = {
            "Make keys and certificates for trials, under a certification authority to throw away.",
            "The authority is made on first use. For real work use the certificates that your CA gives"
                    + " you."
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  imprimatur keygen --dir trial 'VO manager' 'Endorser'",
            "     writes trial/anchors/ (for --anchors), trial/endorser.pem, trial/endorser-key.pem, …"
        })
final class KeygenCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            required = true,
            description = "Where the authority and the keys go.")
    private @Nullable Path directory;

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            defaultValue = "ec-p256",
            description =
                    "rsa-2048, rsa-3072, rsa-4096, ec-p256, ec-p384 or ed25519 (default:"
                            + " ${DEFAULT-VALUE}).")
    private String kind = "";

    @Parameters(arity = "1..*", paramLabel = "NAME", description = "Whose keys to make.")
    private List<String> names = List.of();

    @Override
    public Integer call() throws IOException {
        var target = Objects.requireNonNull(directory);
        var list = Output.object();
        list.put("anchors", target.resolve("anchors").toString());
        var people = list.putArray("people");
        for (var made : TrialKeys.make(target, kind, names)) {
            output.line("%s", made.person().subject());
            output.line("  certificate  %s", made.certificate());
            output.line("  private key  %s", made.key());
            people.addObject()
                    .put("subject", made.person().subject())
                    .put("issuer", made.person().issuer())
                    .put("certificate", made.certificate().toString())
                    .put("key", made.key().toString());
        }
        output.line("Trust anchors: %s", target.resolve("anchors"));
        output.document(list);
        return ExitCode.DONE.status();
    }
}
