package org.imprimatur.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "verify",
        description = {
            "Verify an image in an OCI registry or layout with its bundle, and keep nothing of it.",
            "The whole file is read, since only its SHA-512 says that it is the endorsed one."
        },
        footerHeading = "%nExample:%n",
        footer =
                "  imprimatur oci verify registry.example/images/debian:12 --charter charter.json"
                        + " --anchors /etc/grid-security/certificates")
final class OciVerifyCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final OciSource source = new OciSource();

    @Override
    public Integer call() throws IOException {
        return source.run(
                output,
                "VERIFIED",
                (pull, found) -> pull.verify(found, Progress.ofBytes(output.err(), "reading")));
    }
}
