package org.imprimatur.node.notice;

import java.util.List;
import java.util.function.Function;
import org.imprimatur.register.Candidate;
import org.imprimatur.register.Owner;

/** How news are told: a subject, and the text below it. */
record NewsText(String subject, String text) {

    private static final int WIDTH = 200;
    private static final int MOST = 20;

    /**
     * What somebody is told.
     *
     * @param images those of the news that concern them
     */
    static NewsText of(News news, List<Candidate> images) {
        return switch (news) {
            case News.Refused one -> refused(one, images);
            case News.Revoked one -> revoked(one, images);
            case News.Blocked one -> blocked(one, images);
            case News.Suspended one -> suspended(one, images);
            case News.Advised one -> advised(one);
        };
    }

    private static NewsText refused(News.Refused news, List<Candidate> images) {
        var word = news.entry().statement();
        var text = new StringBuilder();
        line(
                text,
                "The site %s refuses an image that you answer for, and will not run it.",
                word.site());
        images(text, images);
        why(text, word.explanation());
        end(text, "Refused", news);
        line(text, "A site does not patch an image: please endorse a better one.");
        return new NewsText("%s refuses %s".formatted(word.site(), few(images)), text.toString());
    }

    private static NewsText revoked(News.Revoked news, List<Candidate> images) {
        var word = news.entry().statement();
        var text = new StringBuilder();
        line(
                text,
                "The endorsement of an image that you answer for was revoked, as %s.",
                word.reason().wire());
        line(text, "Sites no longer start it.");
        images(text, images);
        text.append('\n');
        var urgency = word.urgency();
        if (urgency != null) {
            line(text, "  urgency      %s", urgency.wire());
        }
        word.advisories().forEach(advisory -> line(text, "  advisory     %s", advisory));
        var replacement = word.replacement();
        if (replacement != null) {
            line(text, "  replaced by  %s", replacement.hex());
        }
        why(text, word.explanation());
        end(text, "Revoked", news);
        return new NewsText("revoked: " + few(images), text.toString());
    }

    private static NewsText blocked(News.Blocked news, List<Candidate> images) {
        var word = news.entry().statement();
        var text = new StringBuilder();
        line(
                text,
                "%s blocks an image that you answer for. Until the block is lifted, %s.",
                word.owner(),
                word.owner().kind() == Owner.Kind.SITE
                        ? "it is not started there"
                        : "no site that follows this ledger starts it");
        images(text, images);
        why(text, word.explanation());
        end(text, "Blocked", news);
        return new NewsText("%s blocks %s".formatted(word.owner(), few(images)), text.toString());
    }

    private static NewsText suspended(News.Suspended news, List<Candidate> images) {
        var word = news.entry().statement();
        var text = new StringBuilder();
        line(
                text,
                "%s suspends a person who has endorsed images that you answer for.",
                word.owner());
        line(text, "Until the reinstatement these endorsements do not count.");
        text.append('\n');
        line(text, "  person       %s", word.person().subject());
        line(text, "  issuer       %s", word.person().issuer());
        line(text, "  reason       %s", word.reason().wire());
        line(text, "  urgency      %s", word.urgency().wire());
        images(text, images);
        why(text, word.explanation());
        end(text, "Suspended", news);
        return new NewsText(
                "%s suspends the endorser of %s".formatted(word.owner(), few(images)),
                text.toString());
    }

    private static NewsText advised(News.Advised news) {
        var text = new StringBuilder();
        line(
                text,
                "Advisories are open for packages in an image that you answer for, known since %s.",
                news.at());
        images(text, news.images());
        text.append('\n');
        atMost(
                text,
                news.flaws(),
                flaw ->
                        "  %s, %s: %s %s%s\n"
                                .formatted(
                                        flaw.id(),
                                        flaw.urgency().wire(),
                                        flaw.packageName(),
                                        flaw.installed(),
                                        flaw.fixed().isEmpty()
                                                ? ", no patch yet"
                                                : ", fixed in " + flaw.fixed()));
        text.append('\n');
        line(
                text,
                "Please endorse a patched version, and revoke this one where it should not run any longer.");
        return new NewsText(
                "%d open advisories in %s".formatted(news.flaws().size(), few(news.images())),
                text.toString());
    }

    // ---- What they have in common -------------------------------------------------------------

    private static String few(List<Candidate> images) {
        if (images.size() != 1) {
            return images.isEmpty() ? "an image" : images.size() + " images";
        }
        var image = images.getFirst();
        return "%s %s@%s".formatted(image.owner(), image.guid(), image.version());
    }

    private static void images(StringBuilder text, List<Candidate> images) {
        atMost(text, images, NewsText::image);
    }

    private static String image(Candidate image) {
        var text = new StringBuilder("\n");
        line(text, "  image        %s", image.title());
        line(
                text,
                "  of           %s, %s, version %s",
                image.owner(),
                image.guid(),
                image.version());
        line(text, "  digest       %s", image.image());
        line(text, "  endorsement  %s", image.id().hex());
        line(text, "  in           %s", image.catalogue());
        return text.toString();
    }

    private static <T> void atMost(StringBuilder text, List<T> all, Function<T, String> told) {
        all.stream().limit(MOST).forEach(one -> text.append(told.apply(one)));
        if (all.size() > MOST) {
            text.append("\n  and %d more.\n".formatted(all.size() - MOST));
        }
    }

    private static void why(StringBuilder text, String explanation) {
        text.append("\nWhy:\n\n");
        explanation.lines().forEach(line -> wrap(text, line));
        text.append('\n');
    }

    /** Lines of a message are bounded. */
    private static void wrap(StringBuilder text, String line) {
        int[] points = line.codePoints().toArray();
        for (int from = 0; from < Math.max(1, points.length); from += WIDTH) {
            text.append("  ")
                    .append(new String(points, from, Math.min(WIDTH, points.length - from)))
                    .append('\n');
        }
    }

    private static void end(StringBuilder text, String act, News.Act news) {
        line(text, "%s by %s,", act, news.by().subject());
        line(
                text,
                "%s, entry %d of %s, statement",
                news.at(),
                news.entry().index(),
                news.entry().statement().header().ledger());
        line(text, "%s.", news.name());
    }

    private static void line(StringBuilder text, String form, Object... values) {
        text.append(form.formatted(values)).append('\n');
    }
}
