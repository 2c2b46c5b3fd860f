package org.imprimatur.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.imprimatur.exchange.BundleVerifier.Link;

/** The links of a verification, as the commands tell them. */
final class Links {

    private Links() {}

    static String line(Link link) {
        return line(link, link.found());
    }

    /** The same with other words for what was found. */
    static String line(Link link, String found) {
        return "%s  %s: %s".formatted(link.good() ? "ok  " : "FAIL", link.what(), found);
    }

    static void write(ObjectNode document, List<Link> links) {
        var list = document.putArray("links");
        for (var link : links) {
            list.addObject()
                    .put("what", link.what())
                    .put("good", link.good())
                    .put("found", link.found());
        }
    }
}
