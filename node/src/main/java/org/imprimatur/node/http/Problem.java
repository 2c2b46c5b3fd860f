package org.imprimatur.node.http;

import java.util.List;
import org.imprimatur.register.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * An RFC 9457 problem: what went wrong, for programs (status and code) and for people.
 *
 * @param status HTTP status
 * @param code the end of the problem type; codes are added, never renamed
 * @param title the same sentence for every occurrence
 * @param detail this occurrence
 * @param clauses policy clauses that ask for it; may be empty
 * @param expected what was expected, or null where the detail says it
 * @param found what was found, or null where the detail says it
 * @param advice what to do next, or null
 * @param retryAfter seconds after which trying again may help, or 0
 */
public record Problem(
        int status,
        String code,
        String title,
        String detail,
        List<String> clauses,
        @Nullable String expected,
        @Nullable String found,
        @Nullable String advice,
        int retryAfter) {

    /** What every problem type begins with. */
    public static final String TYPE = "https://imprimatur.org/problem/";

    public Problem {
        clauses = List.copyOf(clauses);
    }

    private static Problem of(int status, String code, String title, String detail) {
        return new Problem(status, code, title, detail, List.of(), null, null, null, 0);
    }

    /** The same with advice. */
    public Problem advising(String text) {
        return new Problem(status, code, title, detail, clauses, expected, found, text, retryAfter);
    }

    /** What a refusal of the register is over HTTP. */
    public static Problem of(Refusal refusal) {
        return new Problem(
                refusal.code().conflict() ? 409 : 422,
                refusal.code().wire(),
                refusal.code().title(),
                "expected " + refusal.expected() + ", found " + refusal.found(),
                refusal.clauses(),
                refusal.expected(),
                refusal.found(),
                refusal.advice(),
                0);
    }

    /** 400. */
    public static Problem malformed(String detail) {
        return of(400, "malformed", "The request is not of the documented form", detail);
    }

    /** 401: who asks is not known; the answer says how to tell. */
    public static Problem unauthenticated(String detail) {
        return of(401, "token-needed", "This is given to those who hold a token", detail);
    }

    /** 403: the signature or the certificate chain is not accepted. */
    public static Problem notAccepted(String code, String detail) {
        return of(403, code, "The signature or its certificate chain is not accepted", detail);
    }

    /** 404. */
    public static Problem notFound(String detail) {
        return of(404, "not-found", "There is no such thing here", detail);
    }

    /** 404: another size of the ledger may be there. */
    public static Problem sizeNotKept(String detail) {
        return of(404, "size-not-kept", "The status at that tree size is not kept", detail)
                .advising("Ask without a size for the newest, or for one of those.");
    }

    /** 405. */
    public static Problem methodNotAllowed(String detail) {
        return of(405, "method-not-allowed", "That method is not offered here", detail);
    }

    /** 413. */
    public static Problem tooLarge(String detail) {
        return of(413, "too-large", "The request is too large", detail);
    }

    /** 415. */
    public static Problem mediaType(String detail) {
        return of(415, "media-type", "That content type is not taken here", detail);
    }

    /** 429: as much as one may ask for was asked for. */
    public static Problem tooMany(String detail, int retryAfter) {
        return new Problem(
                429,
                "too-many",
                "There were too many such requests",
                detail,
                List.of(),
                null,
                null,
                "Try again after " + retryAfter + " s.",
                retryAfter);
    }

    /** 422: well formed, and not to be done. */
    public static Problem notProven(String code, String title, String detail) {
        return of(422, code, title, detail);
    }

    /** 500: our fault; the detail tells nothing of the inside. */
    public static Problem internal() {
        return of(
                500,
                "internal",
                "The node failed",
                "an error that the node's log describes; nothing was half done");
    }

    /** 503: not now. */
    public static Problem unavailable(String code, String detail, int retryAfter) {
        return new Problem(
                503,
                code,
                "The node cannot serve this now",
                detail,
                List.of(),
                null,
                null,
                "Try again after " + retryAfter + " s.",
                retryAfter);
    }

    Answer.Content answer() {
        var json = Json.object();
        json.put("type", TYPE + code);
        json.put("title", title);
        json.put("status", status);
        json.put("detail", detail);
        if (!clauses.isEmpty()) {
            var list = json.putArray("clauses");
            clauses.forEach(list::add);
        }
        if (expected != null) {
            json.put("expected", expected);
        }
        if (found != null) {
            json.put("found", found);
        }
        if (advice != null) {
            json.put("advice", advice);
        }
        var answer =
                new Answer.Content(
                        status,
                        "application/problem+json",
                        Json.bytes(json),
                        java.util.Map.of("Cache-Control", "no-store"));
        if (status == 401) {
            answer = answer.with("WWW-Authenticate", "Basic realm=\"image lists\"");
        }
        return retryAfter == 0 ? answer : answer.with("Retry-After", Integer.toString(retryAfter));
    }
}
