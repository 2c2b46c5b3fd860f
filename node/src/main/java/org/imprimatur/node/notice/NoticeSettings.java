package org.imprimatur.node.notice;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.imprimatur.node.config.Faults;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.node.retention.Retention;

/**
 * The member {@code notify} of a node's or a site's configuration: how news are told.
 *
 * @param command a program and its arguments, which takes a mail message on its standard input;
 *     empty where messages are left in a directory
 * @param from who the messages are from; empty for whoever the program makes it
 * @param spool that directory; empty for the node's own
 * @param keep how long it is on record who was told; empty for ever
 */
public record NoticeSettings(
        List<String> command,
        Optional<MailAddress> from,
        Optional<Path> spool,
        Optional<Duration> keep) {

    /** Leaves messages in the node's own directory. */
    public static final NoticeSettings NONE =
            new NoticeSettings(List.of(), Optional.empty(), Optional.empty(), Optional.empty());

    /** Copies the list. */
    public NoticeSettings {
        command = List.copyOf(command);
    }

    /**
     * Reads the member.
     *
     * @throws org.imprimatur.node.config.BadConfiguration with every fault in it
     */
    public static NoticeSettings read(YamlMember member) {
        var faults = new Faults();
        faults.check(() -> member.allowing("command", "from", "spool", "keep"));
        var command =
                faults.read(
                        () ->
                                member.optional("command")
                                        .map(NoticeSettings::command)
                                        .orElse(List.of()));
        var from =
                faults.read(
                        () ->
                                member.optional("from")
                                        .map(
                                                m ->
                                                        m.as(
                                                                MailAddress::new,
                                                                "a mail address, NAME@HOST")));
        var spool = faults.read(() -> member.optional("spool").map(YamlMember::path));
        var keep =
                faults.read(
                        () ->
                                member.optional("keep")
                                        .map(m -> m.as(Retention::length, Retention.HINT)));
        faults.complete();
        return new NoticeSettings(command.get(), from.get(), spool.get(), keep.get());
    }

    private static List<String> command(YamlMember member) {
        var hint = "a list, for example [/usr/sbin/sendmail, -t, -i]";
        var words = member.items().stream().map(YamlMember::text).toList();
        if (words.isEmpty() || !words.getFirst().startsWith("/")) {
            throw member.wrong("does not begin with the whole path of a program", hint);
        }
        return words;
    }
}
