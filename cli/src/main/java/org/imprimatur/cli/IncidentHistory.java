package org.imprimatur.cli;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.imprimatur.register.Charter;
import org.imprimatur.register.Guid;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Person;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Statement;
import org.imprimatur.register.Statement.AboutImage;
import org.imprimatur.register.Statement.Acceptance;
import org.imprimatur.register.Statement.Appointment;
import org.imprimatur.register.Statement.Block;
import org.imprimatur.register.Statement.Dismissal;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.Statement.Policy;
import org.imprimatur.register.Statement.Practice;
import org.imprimatur.register.Statement.Reinstatement;
import org.imprimatur.register.Statement.Revocation;
import org.imprimatur.register.Statement.SiteException;
import org.imprimatur.register.Statement.SiteWord;
import org.imprimatur.register.Statement.Suspension;
import org.imprimatur.register.Statement.Unblock;
import org.imprimatur.register.StatementId;

/**
 * The statements about an image or a person, as a node answers them: each held against its proof,
 * and against what was asked for.
 *
 * @param statements those that are proven, and about it
 * @param faults why not, for each of the others
 */
record IncidentHistory(List<ProvenStatement> statements, List<String> faults) {

    private static final int MOST = 10_000;

    IncidentHistory {
        statements = List.copyOf(statements);
        faults = List.copyOf(faults);
    }

    /**
     * Reads that of an image in all its versions.
     *
     * @throws MalformedInput when it is the history of something else, or none
     */
    static IncidentHistory of(Guid guid, byte[] answer, Charter charter) {
        var all = read("guid", guid.toString(), answer, charter);
        var own = new HashSet<StatementId>();
        var files = new HashSet<Sha512>();
        for (var one : all.statements()) {
            if (one.statement() instanceof Endorsement endorsement
                    && endorsement.guid().equals(guid)) {
                own.add(one.id());
                files.add(endorsement.image());
            }
        }
        return all.of(
                one ->
                        switch (one.statement()) {
                            case Endorsement _ -> own.contains(one.id());
                            case Revocation revocation -> own.contains(revocation.endorsement());
                            case SiteWord word -> own.contains(word.endorsement());
                            case Block block -> files.contains(block.image());
                            case Unblock unblock -> files.contains(unblock.image());
                            case SiteException exception -> files.contains(exception.image());
                            case Appointment _, Dismissal _, Suspension _, Reinstatement _ -> false;
                            case Policy _, Acceptance _, Practice _ -> false;
                        });
    }

    /**
     * Reads that of a person.
     *
     * @throws MalformedInput when it is the history of somebody else, or none
     */
    static IncidentHistory of(Sha256 person, byte[] answer, Charter charter) {
        return read("person", person.hex(), answer, charter)
                .of(one -> person(one.statement()).digest().equals(person));
    }

    private static IncidentHistory read(
            String member, String asked, byte[] answer, Charter charter) {
        var json = NodeClient.json(answer);
        var about = json.path(member).asText();
        if (!about.equals(asked)) {
            throw new MalformedInput(member, asked, MalformedInput.quoted(about));
        }
        var list = json.path("statements");
        if (!list.isArray() || list.isEmpty() || list.size() > MOST) {
            throw new MalformedInput(
                    "statements",
                    "an array of 1 to %d".formatted(MOST),
                    list.isArray() ? "one of " + list.size() : "none");
        }
        var proven = new ArrayList<ProvenStatement>();
        var faults = new ArrayList<String>();
        for (var one : list) {
            try {
                proven.add(ProvenStatement.ofEntry(one, charter));
            } catch (CommandFailure e) {
                faults.add(e.explanation());
            }
        }
        return new IncidentHistory(proven, faults);
    }

    /** Without what is about something else. */
    private IncidentHistory of(Predicate<ProvenStatement> about) {
        var others = new ArrayList<>(faults);
        statements.stream()
                .filter(about.negate())
                .map(one -> "entry %d is about something else".formatted(one.index()))
                .forEach(others::add);
        return new IncidentHistory(statements.stream().filter(about).toList(), others);
    }

    /** Somebody of that digest whom a statement is about, or by. */
    Optional<Person> person() {
        return statements.stream().map(one -> person(one.statement())).findFirst();
    }

    private static Person person(Statement statement) {
        return switch (statement) {
            case Appointment one -> one.person();
            case Dismissal one -> one.person();
            case Suspension one -> one.person();
            case Reinstatement one -> one.person();
            case Policy _, Acceptance _, Practice _, AboutImage _ -> statement.signer();
        };
    }
}
