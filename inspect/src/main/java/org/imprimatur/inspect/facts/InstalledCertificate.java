package org.imprimatur.inspect.facts;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.imprimatur.inspect.keys.CertificateDetails;

/**
 * A certificate in a file that is named as such files are: of a machine, a service, an authority.
 *
 * @param details whose it is, by whom and how long
 * @param paths of the files that have it, in order
 */
public record InstalledCertificate(CertificateDetails details, List<String> paths) {

    private static final int MAX_BYTES = 4 << 20;
    private static final int MAX_CERTIFICATES = 20_000;
    private static final int MAX_PATHS = 20;

    private static final List<String> ENDINGS =
            List.of(".pem", ".crt", ".cer", ".cert", ".der", ".0");

    /**
     * The store of all authorities that the vendor offers; which of them count is told elsewhere.
     */
    private static final String OFFERED = "/usr/share/ca-certificates/";

    /** Copies the list. */
    public InstalledCertificate {
        paths = List.copyOf(paths);
    }

    /** Whether a file of this name may hold certificates. */
    static boolean mayBeIn(String path) {
        int dot = path.lastIndexOf('.');
        return dot > 0 && ENDINGS.contains(path.substring(dot)) && !path.startsWith(OFFERED);
    }

    /** The certificates of these files, in order of subject. */
    static List<InstalledCertificate> read(ConfigReader reader, List<String> files) {
        var found = new TreeMap<String, CertificateDetails>();
        Map<String, List<String>> paths = new TreeMap<>();
        for (var file : files) {
            var content = new ByteArrayOutputStream();
            var bytes = new String(file.getBytes(UTF_8), ISO_8859_1);
            if (!reader.read(bytes, MAX_BYTES, content::write)) {
                continue;
            }
            for (var each : CertificateDetails.in(content.toByteArray())) {
                if (found.size() >= MAX_CERTIFICATES && !found.containsKey(each.sha256())) {
                    reader.missed(file, "more than %d certificates".formatted(MAX_CERTIFICATES));
                    break;
                }
                found.put(each.sha256(), each);
                var known = paths.computeIfAbsent(each.sha256(), _ -> new ArrayList<>());
                if (known.size() < MAX_PATHS && !known.contains(file)) {
                    known.add(file);
                }
            }
        }
        return found.values().stream()
                .sorted(
                        Comparator.comparing(CertificateDetails::subject)
                                .thenComparing(CertificateDetails::sha256))
                .map(
                        each ->
                                new InstalledCertificate(
                                        each, paths.getOrDefault(each.sha256(), List.of())))
                .toList();
    }
}
