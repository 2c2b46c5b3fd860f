package org.imprimatur.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.imprimatur.register.DecisionRequest.Action;
import org.imprimatur.register.ImageName;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.UseClass;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "decide",
        description = {
            "Ask a site whether an image may run there. The decision is recorded at the site.",
            "Status 0: permitted. 1: denied."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur decide debian.qcow2 --operator 'CN=Olga' --class trusted-payload --node"
                    + " https://site.example",
            "  imprimatur decide driver:glance/0a1b… --operator olga --class payload --action"
                    + " continue --output json"
        })
final class DecideCommand implements Callable<Integer> {

    private static final Pattern NAME =
            Pattern.compile("sha512:.*|driver:.*|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(@.*)?");

    @Mixin private final Output output = new Output();
    @Mixin private final SiteNode node = new SiteNode();

    @Parameters(
            paramLabel = "IMAGE",
            description = "A file, sha512:DIGEST, GUID, GUID@VERSION, or driver:NAME/ID.")
    private String image = "";

    @Option(
            names = "--operator",
            paramLabel = "NAME",
            required = true,
            description = "DN or name of who runs it.")
    private String operator = "";

    @Option(
            names = "--class",
            required = true,
            converter = Converters.UseClassConverter.class,
            description = "infrastructure, trusted-payload or payload.")
    private @Nullable UseClass useClass;

    @Option(names = "--host", paramLabel = "NAME", description = "Where it is to run.")
    private @Nullable String host;

    @Option(
            names = "--consumer",
            paramLabel = "NAME",
            description = "DN or name of who uses its services.")
    private @Nullable String consumer;

    @Option(
            names = "--contextualisation",
            paramLabel = "sha256:DIGEST",
            description = "Digest of what it is given besides the image.")
    private @Nullable String contextualisation;

    @Option(
            names = "--action",
            paramLabel = "ACTION",
            defaultValue = "instantiate",
            description = "instantiate (the default), or continue for one that runs.")
    private String action = "instantiate";

    @Override
    public Integer call() throws IOException {
        var question = question();
        var answer = node.client().evaluate(question);
        DecisionText.tell(output, answer);
        output.document(answer);
        return (DecisionText.permits(answer) ? ExitCode.DONE : ExitCode.NO).status();
    }

    private ObjectNode question() throws IOException {
        var json = Output.object();
        try {
            json.putObject("subject").put("type", "operator").put("id", operator);
            json.putObject("action").put("name", Action.parse(action).wire());
            json.putObject("resource").put("type", "image").put("id", name().toString());
            var context = json.putObject("context");
            context.put("class", Objects.requireNonNull(useClass).wire());
            if (host != null) {
                context.put("host", host);
            }
            if (consumer != null) {
                context.put("consumer", consumer);
            }
            if (contextualisation != null) {
                context.put("contextualisation", Sha256.parse(contextualisation).toString());
            }
            return json;
        } catch (MalformedInput e) {
            throw new CommandFailure(ExitCode.USAGE, e.explanation(), e);
        }
    }

    private ImageName name() throws IOException {
        if (NAME.matcher(image).matches()) {
            return ImageName.parse(image);
        }
        var file = Path.of(image);
        if (!Files.isRegularFile(file)) {
            throw new CommandFailure(
                    ExitCode.UNREADABLE,
                    "'%s' is no file, and not sha512:DIGEST, GUID, GUID@VERSION or driver:NAME/ID"
                            .formatted(image));
        }
        return new ImageName.ByDigest(Digests.sha512(file));
    }
}
