package org.imprimatur.node.approval;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.imprimatur.register.Candidate;
import org.imprimatur.register.FollowedList;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Register;
import org.imprimatur.register.Role;
import org.imprimatur.register.Standing;
import org.imprimatur.register.Statement.Appointment;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.Statement.Refusal;

/**
 * What the endorser of a refused image is told (WLCG-4): to the security contact of their
 * appointment, as a mail message (RFC 5322).
 *
 * @param recipient the contact
 * @param refusal the site's word
 * @param image what it refuses
 */
record RefusalNotice(String recipient, Recorded<Refusal> refusal, Candidate image) {

    /** Nothing that could be taken for a second address, or an option of a program. */
    private static final Pattern ADDRESS =
            Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+=~-]{0,127}@[A-Za-z0-9][A-Za-z0-9.-]{0,125}");

    private static final int WIDTH = 200;

    /** Whether mail can be sent there without being led elsewhere. */
    static boolean isAddress(String text) {
        return ADDRESS.matcher(text).matches();
    }

    /**
     * The security contact of the endorser's newest appointment for the owner, or the address in
     * the list.
     *
     * @return empty where neither names one
     */
    static Optional<String> contact(Standing standing, Candidate image) {
        return switch (image) {
            case Candidate.Endorsed(var catalogue, var entry) ->
                    standing.register(catalogue)
                            .flatMap(register -> contact(register, entry.statement()));
            case Candidate.Listed(var catalogue, _, _, _) ->
                    standing.list(catalogue).map(FollowedList::contact);
        };
    }

    private static Optional<String> contact(Register register, Endorsement endorsement) {
        return register.appointments(endorsement.signer()).stream()
                .filter(one -> one.statement().role() == Role.ENDORSER)
                .filter(one -> one.statement().owner().equals(endorsement.owner()))
                .max(Comparator.comparingLong(Recorded<Appointment>::index))
                .map(one -> one.statement().contact());
    }

    /** The whole message. */
    byte[] message(Optional<String> from) {
        var word = refusal.statement();
        var text = new StringBuilder();
        from.ifPresent(address -> text.append("From: ").append(address).append('\n'));
        text.append(
                """
                To: %s
                Subject: %s refuses %s %s@%s
                Date: %s
                Message-ID: <%s@imprimatur.invalid>
                Auto-Submitted: auto-generated
                MIME-Version: 1.0
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: 8bit

                The site %s refuses an image that you endorsed, and will not run it.

                  image        %s
                  of           %s, %s, version %s
                  digest       %s
                  endorsement  %s
                  in           %s

                Why:

                """
                        .formatted(
                                recipient,
                                word.site(),
                                image.owner(),
                                image.guid(),
                                image.version().text(),
                                DateTimeFormatter.RFC_1123_DATE_TIME
                                        .withLocale(Locale.ROOT)
                                        .format(refusal.admittedAt().atOffset(ZoneOffset.UTC)),
                                refusal.id().hex().substring(0, 32),
                                word.site(),
                                image.title(),
                                image.owner(),
                                image.guid(),
                                image.version().text(),
                                word.image(),
                                image.id().hex(),
                                word.catalogue()));
        word.explanation().lines().forEach(line -> wrap(text, line));
        text.append(
                """

                Refused by %s, entry %d of the site's ledger, statement
                %s.
                A site does not patch an image: please endorse a better one.
                """
                        .formatted(word.signer().subject(), refusal.index(), refusal.id().hex()));
        return text.toString().getBytes(UTF_8);
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
}
