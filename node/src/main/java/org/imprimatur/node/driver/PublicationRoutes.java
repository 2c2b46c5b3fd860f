package org.imprimatur.node.driver;

import org.imprimatur.node.http.Answer;
import org.imprimatur.node.http.Json;
import org.imprimatur.node.http.Request;

/** {@code GET /api/v1/site/publications}: what is where, and why not. */
public final class PublicationRoutes {

    private final Publications publications;

    /** Routes to one site's drivers. */
    public PublicationRoutes(Publications publications) {
        this.publications = publications;
    }

    /** The drivers, and the publications, newest change first, at most 1000. */
    public Answer list(Request request) {
        request.checkQuery("driver", "state");
        var driver = request.query("driver", text -> text).orElse(null);
        var state = request.query("state", Publication.State::parse).orElse(null);
        var json = Json.object();
        var drivers = json.putArray("drivers");
        publications
                .drivers()
                .forEach(
                        one -> {
                            var item = drivers.addObject().put("name", one.name());
                            if (one.leaving()) {
                                item.put("leaving", true);
                            }
                            one.problem().ifPresent(text -> item.put("problem", text));
                        });
        var list = json.putArray("publications");
        for (var one : publications.newest(driver, state)) {
            var item =
                    list.addObject()
                            .put("driver", one.driver())
                            .put("mark", one.mark().toString())
                            .put("fileName", one.name().text())
                            .put("digest", one.digest().toString())
                            .put("catalogue", one.catalogue().text())
                            .put("endorsement", one.endorsement().hex())
                            .put("state", one.state().wire())
                            .put("changedAt", one.changedAt().toString());
            if (one.converted() != null) {
                item.put("converted", one.converted().toString());
            }
            if (one.driverId() != null) {
                item.put("id", one.driverId());
            }
            if (!one.why().isEmpty()) {
                item.put("why", one.why());
            }
            if (one.retryAt() != null) {
                item.put("retryAt", one.retryAt().toString());
            }
        }
        return Answer.json(200, json);
    }
}
