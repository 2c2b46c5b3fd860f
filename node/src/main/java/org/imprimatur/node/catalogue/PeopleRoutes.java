package org.imprimatur.node.catalogue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.imprimatur.node.http.Answer;
import org.imprimatur.node.http.Json;
import org.imprimatur.node.http.Problem;
import org.imprimatur.node.http.ProblemException;
import org.imprimatur.node.http.Request;
import org.imprimatur.register.MediaType;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Person;
import org.imprimatur.register.PolicyVersion;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Role;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Statement.Appointment;
import org.imprimatur.register.Statement.Practice;
import org.imprimatur.register.Statement.Suspension;
import org.imprimatur.register.Version;

/** Who acts here, under which policies, by which practices, and who is suspended. */
public final class PeopleRoutes {

    private final Ledger ledger;
    private final Attachments attachments;
    private final byte[] charterPolicy;
    private final InstantSource clock;

    /**
     * Routes to the people of this ledger.
     *
     * @param charterPolicy the document of the charter's policy
     */
    public PeopleRoutes(
            Ledger ledger, Attachments attachments, byte[] charterPolicy, InstantSource clock) {
        this.ledger = ledger;
        this.attachments = attachments;
        this.charterPolicy = charterPolicy.clone();
        this.clock = clock;
    }

    // ---- Policies -----------------------------------------------------------------------------

    /** Every version of every policy (EGI-2.endorser). */
    public Answer policies(Request request) {
        request.checkQuery();
        var json = Json.object();
        var list = json.putArray("policies");
        ledger.state()
                .ask(register -> register.policies())
                .forEach(version -> list.add(json(version)));
        return Answer.json(200, json).with("Cache-Control", "no-cache");
    }

    private static ObjectNode json(PolicyVersion version) {
        var policy = version.policy();
        var json =
                Json.object()
                        .put("name", policy.name())
                        .put("version", policy.version())
                        .put("sha256", policy.sha256().hex())
                        .put("document", "/api/v1/policies/" + policy.sha256().hex());
        var roles = json.putArray("roles");
        version.roles().stream().sorted().map(Role::wire).forEach(roles::add);
        var statement = version.statement();
        if (statement != null) {
            json.put("mediaType", statement.statement().mediaType().wire())
                    .put("owner", statement.statement().owner().toString())
                    .put("acceptBefore", String.valueOf(version.acceptBefore()))
                    .put("explanation", statement.statement().explanation());
            place(json, statement);
        }
        return json;
    }

    /** The document of one version, byte for byte. */
    public Answer policy(Request request) {
        request.checkQuery();
        var digest = request.parameter("digest", Sha256::new);
        var version =
                ledger.state()
                        .ask(register -> register.policy(digest))
                        .orElseThrow(() -> none("policy with the digest " + digest.hex()));
        var statement = version.statement();
        return statement == null
                ? Answer.bytes("application/octet-stream", charterPolicy)
                : document(digest, statement.statement().mediaType());
    }

    private Answer document(Sha256 digest, MediaType type) {
        return new Answer.FileContent(
                attachments.find(digest).orElseThrow(() -> none("document " + digest + " here")),
                type == MediaType.PDF ? type.wire() : type.wire() + "; charset=utf-8",
                Map.of("Cache-Control", "no-cache"));
    }

    // ---- Practices ----------------------------------------------------------------------------

    /** Every practice statement, newest first (END-4.3). */
    public Answer practices(Request request) {
        request.checkQuery("owner", "endorser");
        var owner = request.query("owner", Owner::parse);
        var endorser = request.query("endorser", text -> text);
        var json = Json.object();
        var list = json.putArray("practices");
        for (var entry : ledger.state().ask(register -> register.practices()).reversed()) {
            var practice = entry.statement();
            if (owner.map(practice.owner()::equals).orElse(true)
                    && endorser.map(endorser(practice)::equals).orElse(true)) {
                list.add(practice(entry));
            }
        }
        return Answer.json(200, json).with("Cache-Control", "no-cache");
    }

    /** The document of an endorser's newest practice statement, or of the version asked for. */
    public Answer practice(Request request) {
        request.checkQuery("version");
        var owner = request.parameter("owner", Owner::parse);
        var endorser = request.parameter("endorser");
        var version = request.query("version", Version::new);
        var practice =
                ledger.state().ask(register -> register.practices()).reversed().stream()
                        .map(Recorded::statement)
                        .filter(one -> one.owner().equals(owner))
                        .filter(one -> endorser(one).equals(endorser))
                        .filter(one -> version.map(one.version()::equals).orElse(true))
                        .findFirst()
                        .orElseThrow(() -> none("such practice statement of that endorser"));
        return document(practice.document(), practice.mediaType());
    }

    /** How a practice's endorser is called in addresses. */
    private static String endorser(Practice practice) {
        var team = practice.team();
        return team == null ? practice.signer().digest().hex() : "team:" + team;
    }

    /** Where a practice statement's document is served. */
    public static String address(Practice practice) {
        return "/api/v1/practices/%s/%s?version=%s"
                .formatted(
                        practice.owner(),
                        endorser(practice),
                        practice.version().text().replace("+", "%2B"));
    }

    private static ObjectNode practice(Recorded<Practice> entry) {
        var practice = entry.statement();
        var team = practice.team();
        var json =
                Json.object()
                        .put("owner", practice.owner().toString())
                        .put("endorser", endorser(practice))
                        .put("title", practice.title())
                        .put("version", practice.version().text())
                        .put("mediaType", practice.mediaType().wire())
                        .put("sha256", practice.document().hex())
                        .put("document", address(practice));
        if (team != null) {
            json.put("team", team.name());
        }
        place(json, entry);
        return json;
    }

    // ---- People -------------------------------------------------------------------------------

    /** Every suspension in force, newest first (END-4.9, EGI-C1). */
    public Answer suspensions(Request request) {
        request.checkQuery();
        var json = Json.object();
        var list = json.putArray("suspensions");
        ledger.state()
                .ask(register -> register.suspensions())
                .reversed()
                .forEach(entry -> list.add(suspension(entry)));
        return Answer.json(200, json).with("Cache-Control", "no-cache");
    }

    private static ObjectNode suspension(Recorded<Suspension> entry) {
        var suspension = entry.statement();
        var json =
                Json.object()
                        .put("owner", suspension.owner().toString())
                        .put("reason", suspension.reason().wire())
                        .put("urgency", suspension.urgency().wire())
                        .put("explanation", suspension.explanation());
        json.set("person", json(suspension.person()));
        var names = json.putArray("names");
        suspension.names().forEach(names::add);
        place(json, entry);
        return json;
    }

    /** Who is appointed to what, by owner (TVM-4.3). */
    public Answer people(Request request) {
        request.checkQuery("owner");
        var asked = request.query("owner", Owner::parse);
        var now = clock.instant();
        var json = Json.object();
        var owners = json.putArray("owners");
        ledger.state()
                .ask(
                        register -> {
                            for (var body : ledger.charter().owners()) {
                                if (!asked.map(body.owner()::equals).orElse(true)) {
                                    continue;
                                }
                                var of = owners.addObject().put("owner", body.owner().toString());
                                var first = of.putArray("firstAppointers");
                                body.appointers().forEach(person -> first.add(json(person)));
                                var contacts = of.putArray("contacts");
                                register.contacts(body.owner(), now).forEach(contacts::add);
                                var list = of.putArray("people");
                                for (var entry : register.appointments(body.owner())) {
                                    var appointment = entry.statement();
                                    var one = list.addObject();
                                    describe(one, entry);
                                    one.put("inTerm", appointment.terms().covers(now))
                                            .put(
                                                    "suspended",
                                                    register.isSuspended(
                                                            appointment.person(), body.owner()))
                                            .put(
                                                    "accepted",
                                                    register.missingAcceptance(
                                                                    appointment.person(),
                                                                    appointment.role(),
                                                                    now)
                                                            .isEmpty());
                                }
                            }
                            return json;
                        });
        return Answer.json(200, json).with("Cache-Control", "no-cache");
    }

    private static void describe(ObjectNode json, Recorded<Appointment> entry) {
        var appointment = entry.statement();
        var terms = appointment.terms();
        json.set("person", json(appointment.person()));
        json.put("digest", appointment.person().digest().hex())
                .put("role", appointment.role().wire())
                .put("name", appointment.name())
                .put("contact", appointment.contact());
        Optional.ofNullable(terms.team()).ifPresent(team -> json.put("team", team.name()));
        if (terms.sharedKey()) {
            json.put("sharedKey", true);
        }
        Optional.ofNullable(terms.notBefore())
                .ifPresent(at -> json.put("notBefore", at.toString()));
        Optional.ofNullable(terms.notAfter()).ifPresent(at -> json.put("notAfter", at.toString()));
        place(json, entry);
    }

    /** Every statement about a person, each with the bytes and the proof to check it. */
    public Answer history(Request request) {
        request.checkQuery();
        var digest = request.parameter("digest", Sha256::new);
        var head = ledger.state().head();
        var entries = ledger.state().ask(register -> register.historyOfPerson(digest));
        if (entries.isEmpty()) {
            throw none("statement about a person with the digest " + digest.hex());
        }
        var json = Json.object().put("person", digest.hex());
        HistoryJson.write(json, ledger, head, entries);
        return Answer.json(200, json);
    }

    // ---- What all of them say -----------------------------------------------------------------

    private static ObjectNode json(Person person) {
        return Json.object().put("subject", person.subject()).put("issuer", person.issuer());
    }

    private static void place(ObjectNode json, Recorded<?> entry) {
        json.put("statement", entry.id().hex())
                .put("index", entry.index())
                .put("admittedAt", entry.admittedAt().toString());
        json.set("signer", json(entry.statement().signer()));
    }

    private static ProblemException none(String what) {
        return new ProblemException(Problem.notFound("there is no " + what));
    }
}
