package org.imprimatur.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Objects;
import org.imprimatur.register.Person;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The person that an appointment or dismissal is about. */
final class PersonOptions {

    @ArgGroup(multiplicity = "1")
    private @Nullable Choice choice;

    private static final class Choice {

        @Option(
                names = "--person",
                paramLabel = "FILE",
                required = true,
                description = "The person's certificate, PEM: names them by subject and issuer.")
        private @Nullable Path certificate;

        @ArgGroup(exclusive = false)
        private @Nullable Names names;
    }

    private static final class Names {

        @Option(
                names = "--subject",
                paramLabel = "DN",
                required = true,
                description = "Or: the certificate's subject, as an RFC 2253 name, and")
        private @Nullable String subject;

        @Option(
                names = "--issuer",
                paramLabel = "DN",
                required = true,
                description = "its issuer (openssl x509 -noout -subject -issuer -nameopt RFC2253).")
        private @Nullable String issuer;
    }

    Person person() throws IOException {
        var given = Objects.requireNonNull(choice);
        if (given.names != null) {
            return new Person(
                    Objects.requireNonNull(given.names.subject),
                    Objects.requireNonNull(given.names.issuer));
        }
        return ofCertificate(Objects.requireNonNull(given.certificate));
    }

    static Person ofCertificate(Path file) throws IOException {
        var bytes = Input.read(file, 256 * 1024);
        try {
            var certificate =
                    (X509Certificate)
                            CertificateFactory.getInstance("X.509")
                                    .generateCertificate(new ByteArrayInputStream(bytes));
            return Person.of(
                    certificate.getSubjectX500Principal(), certificate.getIssuerX500Principal());
        } catch (CertificateException e) {
            throw new CommandFailure(
                    ExitCode.UNREADABLE,
                    file + " does not begin with a certificate in PEM or DER form",
                    e);
        }
    }
}
