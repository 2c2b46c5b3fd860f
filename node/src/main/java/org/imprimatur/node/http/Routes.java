package org.imprimatur.node.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The routes of one listener, in reading order. A template's segment {@code {name}} matches one
 * segment, and {@code {name*}} as the last one matches all that is left. The first route that
 * matches answers; GET answers HEAD too.
 */
public final class Routes {

    /** One route. */
    public record Route(String method, String template, Handler handler) {}

    record Match(Route route, Map<String, String> parameters) {}

    private final List<Route> routes = new ArrayList<>();

    /** Adds {@code GET} and {@code HEAD}. */
    public Routes get(String template, Handler handler) {
        return add("GET", template, handler);
    }

    /** Adds {@code POST}. */
    public Routes post(String template, Handler handler) {
        return add("POST", template, handler);
    }

    /** Adds {@code PUT}. */
    public Routes put(String template, Handler handler) {
        return add("PUT", template, handler);
    }

    private Routes add(String method, String template, Handler handler) {
        routes.add(new Route(method, template, handler));
        return this;
    }

    /** All routes, for documents and tests. */
    public List<Route> all() {
        return List.copyOf(routes);
    }

    /**
     * The route for a request.
     *
     * @throws ProblemException 404 or 405
     */
    Match find(String method, String path) {
        Set<String> others = new LinkedHashSet<>();
        String wanted = method.equals("HEAD") ? "GET" : method;
        for (Route route : routes) {
            var parameters = new HashMap<String, String>();
            if (matches(route.template(), path, parameters)) {
                if (route.method().equals(wanted)) {
                    return new Match(route, parameters);
                }
                others.add(route.method());
            }
        }
        if (others.isEmpty()) {
            throw new ProblemException(
                    Problem.notFound("no such path; /openapi.yaml lists those there are"));
        }
        throw new ProblemException(
                Problem.methodNotAllowed(
                        "%s; this path takes %s".formatted(method, String.join(", ", others))));
    }

    private static boolean matches(String template, String path, Map<String, String> parameters) {
        String[] wanted = template.split("/", -1);
        String[] found = path.split("/", -1);
        for (int i = 0; i < wanted.length; i++) {
            String segment = wanted[i];
            if (segment.endsWith("*}")) {
                if (i >= found.length) {
                    return false;
                }
                parameters.put(
                        segment.substring(1, segment.length() - 2),
                        String.join("/", List.of(found).subList(i, found.length)));
                return true;
            }
            if (i >= found.length) {
                return false;
            }
            int open = segment.indexOf('{');
            if (open >= 0) {
                String prefix = segment.substring(0, open);
                if (!found[i].startsWith(prefix) || found[i].length() == prefix.length()) {
                    return false;
                }
                parameters.put(
                        segment.substring(open + 1, segment.length() - 1),
                        found[i].substring(prefix.length()));
            } else if (!segment.equals(found[i])) {
                return false;
            }
        }
        return wanted.length == found.length;
    }
}
