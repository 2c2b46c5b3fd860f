package org.imprimatur.inspect.advisories;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.packageurl.MalformedPackageURLException;
import com.github.packageurl.PackageURL;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * CSAF 2.0 documents, security advisories and VEX alike (OASIS CSAF 2.0, sections 3.2.2 and 3.2.3).
 * A product counts when its component has a package URL of an RPM or Debian package and its
 * platform a CPE that names a distribution.
 */
final class CsafReader implements FeedReader {

    private static final int MAX_DEPTH = 50;

    /** What a product id stands for, as far as the tree says. */
    private record Product(@Nullable PackageURL url, String cpe) {}

    @Override
    public void read(InputStream in, Feed feed, Consumer<Advisory> sink) throws IOException {
        RecordArchive.read(in, (document, name) -> document(document, name, sink));
    }

    private static void document(InputStream in, String name, Consumer<Advisory> sink)
            throws IOException {
        var csaf = FeedJson.record(in, name);
        if (!csaf.path("document").has("csaf_version")) {
            throw new MalformedFeed(name + " is no CSAF document: csaf_version is missing");
        }
        var products = products(csaf.path("product_tree"), name);
        var tracking = csaf.path("document").path("tracking");
        for (var flaw : csaf.path("vulnerabilities")) {
            var cve = FeedJson.text(flaw, "cve");
            var id = cve.isEmpty() ? FeedJson.text(tracking, "id") : cve;
            var urgency = urgency(csaf, flaw);
            var status = flaw.path("product_status");
            for (var product : status.path("fixed")) {
                fixed(products.get(product.asText()), id, urgency, sink);
            }
            for (var product : status.path("known_affected")) {
                all(products.get(product.asText()), Advisory.Kind.AFFECTED, id, urgency, sink);
            }
            for (var product : status.path("known_not_affected")) {
                all(products.get(product.asText()), Advisory.Kind.NOT_AFFECTED, id, urgency, sink);
            }
        }
    }

    private static Map<String, Product> products(JsonNode tree, String name) throws MalformedFeed {
        var products = new HashMap<String, Product>();
        branches(tree, products, name, 0);
        for (var relation : tree.path("relationships")) {
            var component = products.get(FeedJson.text(relation, "product_reference"));
            var platform = products.get(FeedJson.text(relation, "relates_to_product_reference"));
            if (component != null && platform != null) {
                products.put(
                        FeedJson.text(relation.path("full_product_name"), "product_id"),
                        new Product(component.url(), platform.cpe()));
            }
        }
        return products;
    }

    private static void branches(
            JsonNode node, Map<String, Product> products, String name, int depth)
            throws MalformedFeed {
        if (depth > MAX_DEPTH) {
            throw new MalformedFeed("the product tree of %s is too deep".formatted(name));
        }
        for (var branch : node.path("branches")) {
            var product = branch.path("product");
            if (product.isObject()) {
                var identification = product.path("product_identification_helper");
                products.put(
                        FeedJson.text(product, "product_id"),
                        new Product(
                                url(FeedJson.text(identification, "purl")),
                                FeedJson.text(identification, "cpe")));
            }
            branches(branch, products, name, depth + 1);
        }
    }

    private static @Nullable PackageURL url(String text) {
        if (text.isEmpty()) {
            return null;
        }
        try {
            return new PackageURL(text);
        } catch (MalformedPackageURLException e) {
            // The product is one that nothing can be matched against.
            return null;
        }
    }

    private static void fixed(
            @Nullable Product product, String id, Urgency urgency, Consumer<Advisory> sink) {
        if (product == null || product.url() == null || product.url().getVersion() == null) {
            return;
        }
        var epoch = qualifier(product.url(), "epoch");
        var version =
                (epoch.isEmpty() || epoch.equals("0") ? "" : epoch + ":")
                        + product.url().getVersion();
        emit(
                product,
                Advisory.Kind.AFFECTED,
                id,
                urgency,
                List.of(VersionRange.before(version)),
                sink);
    }

    private static void all(
            @Nullable Product product,
            Advisory.Kind kind,
            String id,
            Urgency urgency,
            Consumer<Advisory> sink) {
        if (product != null && product.url() != null) {
            emit(product, kind, id, urgency, List.of(VersionRange.ALL), sink);
        }
    }

    private static void emit(
            Product product,
            Advisory.Kind kind,
            String id,
            Urgency urgency,
            List<VersionRange> ranges,
            Consumer<Advisory> sink) {
        var url = product.url();
        var ecosystem = ecosystem(product.cpe());
        if (url == null || ecosystem.isEmpty()) {
            return;
        }
        boolean source = qualifier(url, "arch").equals("src");
        sink.accept(
                new Advisory(
                        kind,
                        ecosystem.get(),
                        source ? Advisory.Target.SOURCE : Advisory.Target.BINARY,
                        url.getName(),
                        id,
                        List.of(),
                        urgency,
                        ranges));
    }

    private static String qualifier(PackageURL url, String name) {
        var qualifiers = url.getQualifiers();
        return qualifiers == null ? "" : qualifiers.getOrDefault(name, "");
    }

    /** From a CPE 2.2 name: {@code cpe:/o:redhat:enterprise_linux:9::baseos}. */
    private static Optional<String> ecosystem(String cpe) {
        var parts = cpe.replace("cpe:2.3:", "cpe:/").split(":", -1);
        if (parts.length < 5) {
            return Optional.empty();
        }
        var version = parts[4];
        var pack = parts.length > 5 && parts[5].startsWith("sp") ? "." + parts[5].substring(2) : "";
        return switch (parts[2] + ":" + parts[3]) {
            case "redhat:enterprise_linux" ->
                    Optional.of(
                            "Red Hat:"
                                    + (version.contains(".")
                                            ? version.substring(0, version.indexOf('.'))
                                            : version));
            case "suse:sles" -> Optional.of("SUSE:Linux Enterprise Server " + version + pack);
            case "opensuse:leap" -> Optional.of("openSUSE:Leap " + version);
            default -> Optional.empty();
        };
    }

    private static Urgency urgency(JsonNode csaf, JsonNode flaw) {
        for (var threat : flaw.path("threats")) {
            if (FeedJson.text(threat, "category").equals("impact")) {
                var said = Urgency.ofWord(FeedJson.text(threat, "details"));
                if (said != Urgency.UNKNOWN) {
                    return said;
                }
            }
        }
        var ofDocument =
                Urgency.ofWord(
                        FeedJson.text(csaf.path("document").path("aggregate_severity"), "text"));
        if (ofDocument != Urgency.UNKNOWN) {
            return ofDocument;
        }
        for (var score : flaw.path("scores")) {
            var base = score.path("cvss_v3").path("baseScore");
            if (base.isNumber()) {
                return Urgency.ofScore(base.asDouble());
            }
        }
        return Urgency.UNKNOWN;
    }
}
