package org.imprimatur.node.watch;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.imprimatur.node.notice.News;
import org.imprimatur.node.notice.Notices;
import org.imprimatur.register.Candidate;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Urgency;

/**
 * Tells those who answer for images of flaws that become known (END-4.8). Each node tells of what
 * is endorsed in its own ledger: of many that follow it none says the same again.
 *
 * @param atLeast how grave a flaw is at least; empty where nobody is told
 */
record Advice(Optional<Urgency> atLeast, Live live, Notices notices) {

    /**
     * Tells them.
     *
     * @param found what has become known of each bill of materials
     */
    void tell(Map<Sha256, Collection<OpenFlaw>> found, Instant now) {
        var news = new HashMap<Sha256, List<News.Flaw>>();
        found.forEach(
                (sbom, flaws) -> {
                    var grave = flaws.stream().flatMap(flaw -> grave(flaw).stream()).toList();
                    if (!grave.isEmpty()) {
                        news.put(sbom, grave);
                    }
                });
        if (news.isEmpty()) {
            return;
        }
        var ledger = live.ledgers().own().ask(register -> register.charter().origin());
        for (var image : live.lasting(now)) {
            var flaws = news.get(image.sbom());
            if (flaws != null && image.ledger().equals(ledger)) {
                notices.tell(
                        new News.Advised(
                                new Candidate.Endorsed(ledger, image.entry()), flaws, now));
            }
        }
    }

    private Optional<News.Flaw> grave(OpenFlaw flaw) {
        var urgency = flaw.countedAs();
        return atLeast.filter(least -> urgency.compareTo(least) <= 0)
                .map(
                        _ ->
                                new News.Flaw(
                                        flaw.id(),
                                        flaw.name(),
                                        flaw.installed(),
                                        flaw.fixed(),
                                        urgency));
    }
}
