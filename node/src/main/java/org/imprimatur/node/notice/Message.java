package org.imprimatur.node.notice;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.imprimatur.node.notice.NoticeTable.Row;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Sha256;

/**
 * A mail message (RFC 5322) with all that waits for one recipient.
 *
 * @param node the ledger of the node that tells it
 * @param notices at least one, all for that recipient
 */
record Message(Origin node, MailAddress recipient, List<Row> notices) {

    Message {
        notices = List.copyOf(notices);
    }

    /** The same for the same news: whoever gets a message twice can tell. */
    String name() {
        var what = notices.stream().map(Row::name).collect(Collectors.joining("\n"));
        return Sha256.of((recipient + "\n" + what).getBytes(UTF_8)).hex().substring(0, 32);
    }

    /** The whole message. */
    byte[] bytes(Optional<MailAddress> from, Instant now) {
        var text = new StringBuilder();
        from.ifPresent(address -> text.append("From: ").append(address).append('\n'));
        text.append(
                """
                To: %s
                Subject: %s
                Date: %s
                Message-ID: <%s@imprimatur.invalid>
                Auto-Submitted: auto-generated
                MIME-Version: 1.0
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: 8bit

                """
                        .formatted(
                                recipient,
                                subject(),
                                DateTimeFormatter.RFC_1123_DATE_TIME
                                        .withLocale(Locale.ROOT)
                                        .format(now.atOffset(ZoneOffset.UTC)),
                                name()));
        if (notices.size() == 1) {
            text.append(notices.getFirst().text());
        } else {
            int number = 0;
            for (var one : notices) {
                text.append("%d. %s%n%n%s%n".formatted(++number, one.subject(), one.text()));
            }
        }
        return text.toString().getBytes(UTF_8);
    }

    private String subject() {
        var whole =
                notices.size() == 1
                        ? notices.getFirst().subject()
                        : "%d notices of %s".formatted(notices.size(), node);
        return whole.replaceAll("[^ -~]", "?");
    }
}
