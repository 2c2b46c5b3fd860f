package org.imprimatur.node.notice;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.imprimatur.register.Candidate;
import org.imprimatur.register.FollowedList;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Person;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Register;
import org.imprimatur.register.Role;
import org.imprimatur.register.Standing;
import org.imprimatur.register.Statement.Appointment;
import org.imprimatur.register.Statement.Endorsement;

/** Whom to tell of an image (PROC-contact, END-4.8). */
final class Contacts {

    private Contacts() {}

    /** Whom to tell of news, each with the images that concern them. */
    static Map<MailAddress, List<Candidate>> of(Standing standing, News news, Instant now) {
        var told = new LinkedHashMap<MailAddress, Set<Candidate>>();
        var known = new HashMap<Responsible, List<MailAddress>>();
        for (var image : news.images()) {
            var responsible = new Responsible(image.catalogue(), image.owner(), image.signer());
            known.computeIfAbsent(responsible, _ -> of(standing, news, image, now))
                    .forEach(to -> told.computeIfAbsent(to, _ -> new LinkedHashSet<>()).add(image));
        }
        var lists = new LinkedHashMap<MailAddress, List<Candidate>>();
        told.forEach((to, images) -> lists.put(to, List.copyOf(images)));
        return lists;
    }

    /** Images of the same have the same contacts. */
    private record Responsible(Origin catalogue, Owner owner, Person signer) {}

    private static List<MailAddress> of(
            Standing standing, News news, Candidate image, Instant now) {
        return news instanceof News.Act act && act.by().equals(image.signer())
                ? addresses(owner(standing, image, now).stream())
                : of(standing, image, now);
    }

    /** Whom to tell of one image, whatever there is to tell. */
    static List<MailAddress> of(Standing standing, Candidate image, Instant now) {
        return addresses(
                Stream.concat(
                        endorser(standing, image).stream(), owner(standing, image, now).stream()));
    }

    private static List<MailAddress> addresses(Stream<String> texts) {
        return texts.flatMap(text -> MailAddress.of(text).stream()).distinct().toList();
    }

    /**
     * The contacts of the image's owner, from the ledger that has the image; of an image on a list,
     * from whatever ledger in view has the owner.
     */
    private static List<String> owner(Standing standing, Candidate image, Instant now) {
        var registers =
                switch (image) {
                    case Candidate.Endorsed endorsed ->
                            standing.register(endorsed.catalogue()).stream();
                    case Candidate.Listed _ -> standing.registers();
                };
        return registers
                .flatMap(register -> register.contacts(image.owner(), now).stream())
                .toList();
    }

    /**
     * The security contact of the endorser's newest appointment for the owner, also one that ended
     * since; or the address in the list.
     *
     * @return empty where neither names one
     */
    private static Optional<String> endorser(Standing standing, Candidate image) {
        return switch (image) {
            case Candidate.Endorsed(var catalogue, var entry) ->
                    standing.register(catalogue)
                            .flatMap(register -> endorser(register, entry.statement()));
            case Candidate.Listed(var catalogue, _, _, _) ->
                    standing.list(catalogue).map(FollowedList::contact);
        };
    }

    private static Optional<String> endorser(Register register, Endorsement endorsement) {
        return register.historyOfPerson(endorsement.signer().digest()).stream()
                .sorted(Comparator.<Recorded<?>>comparingLong(Recorded::index).reversed())
                .map(Recorded::statement)
                .filter(Appointment.class::isInstance)
                .map(Appointment.class::cast)
                .filter(one -> one.role() == Role.ENDORSER)
                .filter(one -> one.owner().equals(endorsement.owner()))
                .findFirst()
                .map(Appointment::contact);
    }
}
