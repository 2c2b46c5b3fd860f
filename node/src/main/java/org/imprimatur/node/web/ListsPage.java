package org.imprimatur.node.web;

import java.util.List;
import java.util.Optional;
import org.imprimatur.node.lists.ListRoutes;

/**
 * The image lists of a node; all plain text that the template escapes.
 *
 * @param served whether this node serves any
 */
public record ListsPage(String origin, boolean served, List<ListRow> lists) {

    public ListsPage {
        lists = List.copyOf(lists);
    }

    /**
     * A list that there is, or could be.
     *
     * @param path where it is on this node
     * @param signedBy the node, or an endorser
     * @param version empty for a list that was never made
     * @param secluded whether a token is needed
     */
    public record ListRow(
            String path,
            String signedBy,
            String signer,
            String version,
            String created,
            String expires,
            boolean secluded) {}

    static ListsPage of(String origin, Optional<ListRoutes> lists) {
        return new ListsPage(
                origin,
                lists.isPresent(),
                lists.map(ListRoutes::known).orElse(List.of()).stream()
                        .map(ListsPage::row)
                        .toList());
    }

    private static ListRow row(ListRoutes.Known known) {
        var made = known.made();
        return new ListRow(
                known.path(),
                known.signedBy(),
                made.map(one -> Words.commonName(one.signer())).orElse(""),
                made.map(ListRoutes.Made::version).orElse(""),
                made.map(one -> Words.when(one.created())).orElse(""),
                made.map(one -> Words.when(one.expires())).orElse(""),
                known.secluded());
    }
}
