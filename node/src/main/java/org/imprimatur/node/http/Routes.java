package org.imprimatur.node.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * The routes of one listener, in reading order. A template's segment {@code {name}} matches one
 * segment, and {@code {name*}} as the last one matches all that is left. The first route that
 * matches answers; GET answers HEAD too.
 */
public final class Routes {

    /** One route. */
    public record Route(String method, String template, Handler handler) {}

    record Match(Route route, Map<String, String> parameters) {}

    /** A route, and the segments of its template, which are compared at each request. */
    private record Known(Route route, String[] segments) {}

    private final List<Known> routes = new ArrayList<>();

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
        routes.add(new Known(new Route(method, template, handler), segments(template)));
        return this;
    }

    /** All routes, for documents and tests. */
    public List<Route> all() {
        return routes.stream().map(Known::route).toList();
    }

    /**
     * The route for a request.
     *
     * @throws ProblemException 404 or 405
     */
    Match find(String method, String path) {
        String[] found = segments(path);
        String wanted = method.equals("HEAD") ? "GET" : method;
        for (Known known : routes) {
            if (known.route().method().equals(wanted) && matches(known.segments(), found)) {
                return new Match(known.route(), parameters(known.segments(), found));
            }
        }
        var others = new LinkedHashSet<String>();
        for (Known known : routes) {
            if (matches(known.segments(), found)) {
                others.add(known.route().method());
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

    private static String[] segments(String path) {
        return path.split("/", -1);
    }

    private static boolean matches(String[] wanted, String[] found) {
        for (int i = 0; i < wanted.length; i++) {
            if (i >= found.length) {
                return false;
            }
            String segment = wanted[i];
            if (takesAll(segment)) {
                return true;
            }
            int open = segment.indexOf('{');
            boolean matches =
                    open < 0
                            ? segment.equals(found[i])
                            : found[i].length() > open
                                    && found[i].startsWith(segment.substring(0, open));
            if (!matches) {
                return false;
            }
        }
        return wanted.length == found.length;
    }

    private static Map<String, String> parameters(String[] wanted, String[] found) {
        var parameters = new HashMap<String, String>();
        for (int i = 0; i < wanted.length; i++) {
            String segment = wanted[i];
            int open = segment.indexOf('{');
            if (takesAll(segment)) {
                parameters.put(
                        segment.substring(1, segment.length() - 2),
                        String.join("/", List.of(found).subList(i, found.length)));
            } else if (open >= 0) {
                parameters.put(
                        segment.substring(open + 1, segment.length() - 1),
                        found[i].substring(open));
            }
        }
        return parameters;
    }

    private static boolean takesAll(String segment) {
        return segment.endsWith("*}");
    }
}
