package org.imprimatur.trust;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a directory of trust anchors, one file after the other; what is wrong with one is told. */
final class AnchorDirectory {

    /** More files are not a directory of anchors; IGTF has about a thousand. */
    private static final int MAX_FILES = 20_000;

    private static final int MAX_CERTIFICATE_FILE_BYTES = 4 * 1024 * 1024;
    private static final int MAX_CRL_FILE_BYTES = 64 * 1024 * 1024;
    private static final int MAX_NAMESPACE_FILE_BYTES = 256 * 1024;

    private static final Pattern HASHED_CERTIFICATE = Pattern.compile("[0-9a-f]{8}\\.[0-9]+");
    private static final Pattern HASHED_CRL = Pattern.compile("[0-9a-f]{8}\\.r[0-9]+");
    private static final Pattern HASHED_NAMESPACES =
            Pattern.compile("[0-9a-f]{8}\\.(namespaces|signing_policy)");
    private static final Pattern CERTIFICATE = Pattern.compile(".*\\.(pem|crt|cer|der)");
    private static final Pattern CRL = Pattern.compile(".*\\.crl");
    private static final Pattern NAMESPACES = Pattern.compile(".*\\.(namespaces|signing_policy)");

    /** Parts of IGTF's distribution that say nothing about trust, and notes to people. */
    private static final Pattern NOT_FOR_US =
            Pattern.compile("\\..*|.*\\.(info|crl_url|txt|md|lsc)|readme.*|changes.*");

    private final Set<X509Certificate> authorities = new LinkedHashSet<>();
    private final Map<String, Revocations> revocations = new LinkedHashMap<>();
    private final List<AnchorStore.BrokenCrl> brokenCrls = new ArrayList<>();
    private final Namespaces namespaces = new Namespaces();
    private final List<TrustAnchors.Problem> problems = new ArrayList<>();

    // Files that were read under their hashed names; their own names in IGTF are no matter then.
    private final Set<Path> namespacesRead = new HashSet<>();

    private AnchorDirectory() {}

    static AnchorStore load(Path directory, CrlMode crlMode) throws IOException {
        // Taken first: a file that changes while we read is then read again next time.
        var fingerprint = fingerprint(directory);
        var reading = new AnchorDirectory();
        var files = list(directory);
        for (var file : files) {
            reading.file(file);
        }
        for (var file : files) {
            reading.unhashedNamespaces(file);
        }
        return new AnchorStore(
                fingerprint,
                crlMode,
                reading.authorities,
                reading.revocations.values(),
                reading.brokenCrls,
                reading.namespaces,
                reading.problems);
    }

    /** Changes when a file comes, goes, or is written; costs one look at each file's attributes. */
    static String fingerprint(Path directory) throws IOException {
        var sha256 = Digests.sha256();
        for (var file : list(directory)) {
            String state;
            try {
                var attributes = Files.readAttributes(file, BasicFileAttributes.class);
                state =
                        attributes.size()
                                + " "
                                + attributes.lastModifiedTime().toInstant()
                                + " "
                                + attributes.fileKey();
            } catch (IOException e) {
                state = "out of reach";
            }
            sha256.update(
                    (file.getFileName() + "\0" + state + "\0").getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(sha256.digest());
    }

    private static List<Path> list(Path directory) throws IOException {
        var files = new ArrayList<Path>();
        try (var entries = Files.newDirectoryStream(directory)) {
            for (var entry : entries) {
                if (files.size() == MAX_FILES) {
                    throw new IOException(
                            "'%s' has more than %d files; expected a directory of trust anchors"
                                    .formatted(directory, MAX_FILES));
                }
                files.add(entry);
            }
        }
        files.sort(null);
        return files;
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    private void file(Path file) {
        var name = name(file);
        var lower = name.toLowerCase(Locale.ROOT);
        if (HASHED_NAMESPACES.matcher(name).matches()) {
            namespaces(file, name);
        } else if (HASHED_CRL.matcher(name).matches()) {
            crlFile(file, name.substring(0, name.indexOf('.')));
        } else if (CRL.matcher(lower).matches()) {
            crlFile(file, null);
        } else if (HASHED_CERTIFICATE.matcher(name).matches()
                || CERTIFICATE.matcher(lower).matches()) {
            certificateFile(file);
        } else if (!NAMESPACES.matcher(name).matches()
                && !NOT_FOR_US.matcher(lower).matches()
                && !Files.isDirectory(file)) {
            problem(
                    file,
                    "the name tells no kind of file; expected hash.0, hash.r0, .pem, .crt, .crl,"
                            + " .namespaces or .signing_policy");
        }
    }

    private void namespaces(Path file, String name) {
        var hash = name.substring(0, name.indexOf('.'));
        try {
            if (Files.size(file) > MAX_NAMESPACE_FILE_BYTES) {
                namespaces.addUnreadable(hash);
                problem(file, "larger than %d bytes".formatted(MAX_NAMESPACE_FILE_BYTES));
                return;
            }
            namespaces.add(file, hash);
            namespacesRead.add(file.toRealPath());
        } catch (IOException e) {
            namespaces.addUnreadable(hash);
            problem(file, "not a namespace file that can be read: " + e.getMessage());
        }
    }

    private void unhashedNamespaces(Path file) {
        var name = name(file);
        if (!NAMESPACES.matcher(name).matches() || HASHED_NAMESPACES.matcher(name).matches()) {
            return;
        }
        try {
            if (namespacesRead.contains(file.toRealPath())) {
                return;
            }
        } catch (IOException e) {
            problem(file, "cannot be read: " + e.getMessage());
            return;
        }
        problem(
                file,
                "the name does not tell the authority; expected the hash of its name before the"
                        + " dot");
    }

    private void certificateFile(Path file) {
        byte[] bytes = bytes(file, MAX_CERTIFICATE_FILE_BYTES);
        if (bytes == null) {
            return;
        }
        if (!Pem.looksLikePem(bytes)) {
            certificate(file, bytes);
            return;
        }
        var blocks = Pem.blocks(bytes);
        if (blocks.isEmpty()) {
            problem(file, "the PEM block has no end");
        }
        for (var block : blocks) {
            byte[] der = block.der();
            switch (block.label()) {
                case "CERTIFICATE", "X509 CERTIFICATE" -> {
                    if (der == null) {
                        problem(file, "a certificate that is not base64");
                    } else {
                        certificate(file, der);
                    }
                }
                case "X509 CRL" -> crl(file, der, null);
                default ->
                        problem(
                                file,
                                "a '%s', which has no place among trust anchors"
                                        .formatted(block.label()));
            }
        }
    }

    private void certificate(Path file, byte[] der) {
        try {
            var certificate = Pem.certificate(der);
            if (Certificates.isCa(certificate)) {
                authorities.add(certificate);
            } else {
                problem(
                        file,
                        "the certificate of '%s' is not that of an authority (RFC 5280, 4.2.1.9)"
                                .formatted(Certificates.subject(certificate)));
            }
        } catch (CertificateException e) {
            problem(file, "not an X.509 certificate in PEM or DER");
        }
    }

    private void crlFile(Path file, @Nullable String hash) {
        byte[] bytes = bytes(file, MAX_CRL_FILE_BYTES);
        if (bytes == null) {
            brokenCrls.add(new AnchorStore.BrokenCrl(name(file), hash));
            return;
        }
        if (!Pem.looksLikePem(bytes)) {
            crl(file, bytes, hash);
            return;
        }
        var blocks = Pem.blocks(bytes);
        if (blocks.isEmpty()) {
            crl(file, null, hash);
        }
        for (var block : blocks) {
            crl(file, block.label().equals("X509 CRL") ? block.der() : null, hash);
        }
    }

    private void crl(Path file, byte @Nullable [] der, @Nullable String hash) {
        try {
            if (der == null) {
                throw new CRLException("no list");
            }
            var crl = (X509CRL) Pem.x509().generateCRL(new ByteArrayInputStream(der));
            var list = new Revocations(name(file), crl);
            if (revocations.putIfAbsent(Digests.hex(der), list) == null) {
                list.objection().ifPresent(reason -> problem(file, "the list " + reason));
            }
        } catch (CRLException e) {
            brokenCrls.add(new AnchorStore.BrokenCrl(name(file), hash));
            problem(file, "not a revocation list in PEM or DER");
        }
    }

    private byte @Nullable [] bytes(Path file, int max) {
        try (var in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(max + 1);
            if (bytes.length <= max) {
                return bytes;
            }
            problem(file, "larger than %d bytes".formatted(max));
        } catch (IOException e) {
            problem(file, "cannot be read; check that it exists and its permissions");
        }
        return null;
    }

    private void problem(Path file, String explanation) {
        problems.add(new TrustAnchors.Problem(name(file), explanation));
    }
}
