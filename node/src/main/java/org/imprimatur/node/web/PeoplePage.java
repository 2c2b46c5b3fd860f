package org.imprimatur.node.web;

import java.time.Instant;
import java.util.List;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Register;
import org.imprimatur.register.Statement.Appointment;

/** Who acts here, and for whom; every member is plain text that the template escapes. */
public record PeoplePage(String origin, List<Body> owners) {

    public PeoplePage {
        owners = List.copyOf(owners);
    }

    /**
     * An owner of images.
     *
     * @param firstAppointers those whom the charter names
     */
    public record Body(String owner, List<String> firstAppointers, List<PersonRow> people) {

        public Body {
            firstAppointers = List.copyOf(firstAppointers);
            people = List.copyOf(people);
        }
    }

    /**
     * An appointment that no dismissal has ended.
     *
     * @param name as the appointer wrote it
     * @param person as the certificate has it
     * @param digest the person digest
     * @param team empty for their own name
     * @param until empty where the term has no end
     * @param state whether they may act now, and if not, why
     */
    public record PersonRow(
            String name,
            String person,
            String digest,
            String role,
            String team,
            String contact,
            String from,
            String until,
            String state) {}

    static PeoplePage of(Register register, Instant at) {
        return new PeoplePage(
                register.charter().origin().text(),
                register.charter().owners().stream()
                        .map(
                                body ->
                                        new Body(
                                                body.owner().toString(),
                                                body.appointers().stream()
                                                        .map(Words::commonName)
                                                        .toList(),
                                                register.appointments(body.owner()).stream()
                                                        .map(entry -> row(register, entry, at))
                                                        .toList()))
                        .toList());
    }

    private static PersonRow row(Register register, Recorded<Appointment> entry, Instant at) {
        var appointment = entry.statement();
        var terms = appointment.terms();
        var team = terms.team();
        var from = terms.notBefore();
        return new PersonRow(
                appointment.name(),
                Words.commonName(appointment.person()),
                appointment.person().digest().hex(),
                appointment.role().wire(),
                team == null ? "" : team.name() + (terms.sharedKey() ? ", a shared key" : ""),
                appointment.contact(),
                Words.when(from == null ? entry.admittedAt() : from),
                Words.when(terms.notAfter()),
                state(register, appointment, at));
    }

    private static String state(Register register, Appointment appointment, Instant at) {
        if (register.isSuspended(appointment.person(), appointment.owner())) {
            return "suspended";
        }
        if (!appointment.terms().covers(at)) {
            return "not in term";
        }
        return register.missingAcceptance(appointment.person(), appointment.role(), at).isPresent()
                ? "policy not accepted"
                : "acts";
    }
}
