package org.imprimatur.node.witness;

import org.imprimatur.node.http.Answer;
import org.imprimatur.node.http.Json;
import org.imprimatur.node.http.Request;

/** {@code /api/v1/witnesses}: who is asked to cosign this ledger, and what they said. */
public final class WitnessesRoute {

    private final Witnesses witnesses;

    /** The route to these witnesses. */
    public WitnessesRoute(Witnesses witnesses) {
        this.witnesses = witnesses;
    }

    /** Each witness that is asked. */
    public Answer show(Request request) {
        request.checkQuery();
        var json = Json.object();
        var list = json.putArray("witnesses");
        for (var status : witnesses.status()) {
            var item =
                    list.addObject()
                            .put("name", status.witness().key().name())
                            .put("key", status.witness().key().toString())
                            .put("url", status.witness().url().toString())
                            .put("size", status.size());
            if (status.cosignedAt() != null) {
                item.put("cosignedAt", status.cosignedAt().toString());
            }
            if (status.problem() != null) {
                item.put("problem", status.problem());
            }
        }
        return Answer.json(200, json);
    }
}
