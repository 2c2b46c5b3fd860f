package org.imprimatur.node.policy;

import org.imprimatur.node.http.Answer;
import org.imprimatur.node.http.Json;
import org.imprimatur.node.http.Request;

/**
 * {@code GET /api/v1/site/policy}: which policy the site decides by, and what is wrong with its
 * file.
 */
public final class PolicyRoute {

    private final PolicyInForce policy;

    /** The route of one site. */
    public PolicyRoute(PolicyInForce policy) {
        this.policy = policy;
    }

    /** The policy in force. */
    public Answer policy(Request request) {
        request.checkQuery();
        var held = policy.held();
        var json =
                Json.object()
                        .put("site", held.policy().site().toString())
                        .put("sitePolicy", held.policy().digest().toString())
                        .put("since", held.since().toString());
        var faults = json.putArray("faults");
        // Without the file's place: who asks need not know where things are on the node.
        held.faults()
                .forEach(
                        one ->
                                faults.addObject()
                                        .put("line", one.line())
                                        .put("member", one.member())
                                        .put("fault", one.fault())
                                        .put("hint", one.hint()));
        return Answer.json(200, json);
    }
}
