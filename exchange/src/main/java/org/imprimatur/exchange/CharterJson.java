package org.imprimatur.exchange;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.imprimatur.ledger.KeyType;
import org.imprimatur.ledger.NoteVerifier;
import org.imprimatur.ledger.WitnessQuorum;
import org.imprimatur.register.Charter;
import org.imprimatur.register.ContributorRule;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Person;
import org.imprimatur.register.StatementJson;
import org.imprimatur.register.StrictJson;
import org.imprimatur.register.StrictJson.Members;

/** A charter as a file ({@code docs/format.md}, "Charter"). */
public final class CharterJson {

    /** No charter is larger. */
    public static final int MAX_BYTES = 256 * 1024;

    private static final int MAX_OWNERS = 1024;
    private static final int MAX_APPOINTERS = 64;
    private static final int MAX_WITNESSES = 32;

    private CharterJson() {}

    /**
     * Reads a charter, and checks that its key is that of a ledger with its origin.
     *
     * @throws MalformedInput with the member that is wrong
     */
    public static Charter read(byte[] json) {
        var in = StrictJson.read(json, MAX_BYTES);
        var origin = in.value("origin", Origin::new);
        var key = in.text("key");
        var policy = StatementJson.policy(in.object("policy"));
        var owners = in.objects("owners", MAX_OWNERS).stream().map(CharterJson::body).toList();
        var contributors = in.has("contributors") ? contributors(in.object("contributors")) : null;
        var witnesses = in.has("witnesses") ? witnesses(in.object("witnesses")) : null;
        in.end();
        var charter = new Charter(origin, key, policy, owners, contributors, witnesses);
        ledgerKey(charter);
        quorum(charter, Duration.ZERO);
        return charter;
    }

    /**
     * The key that signs the checkpoints of the charter's ledger.
     *
     * @throws MalformedInput when the charter's key is no such key
     */
    public static NoteVerifier ledgerKey(Charter charter) {
        NoteVerifier key;
        try {
            key = NoteVerifier.parse(charter.key());
        } catch (org.imprimatur.ledger.MalformedInput e) {
            throw new MalformedInput("key", "a C2SP verifier key", e.explanation());
        }
        if (key.type() != KeyType.ED25519 || !key.name().equals(charter.origin().text())) {
            throw new MalformedInput(
                    "key",
                    "an Ed25519 key with the name '%s'".formatted(charter.origin()),
                    "a key of type %s with the name %s"
                            .formatted(key.type(), MalformedInput.quoted(key.name())));
        }
        return key;
    }

    /**
     * The keys of the witnesses that the charter names; none where it asks for none.
     *
     * @throws MalformedInput when one is no key of a witness
     */
    public static List<NoteVerifier> witnessKeys(Charter charter) {
        var witnesses = charter.witnesses();
        return witnesses == null
                ? List.of()
                : witnesses.keys().stream().map(CharterJson::witnessKey).toList();
    }

    /**
     * Whose word the charter asks for; empty for nobody's.
     *
     * @param maxAge how old a cosignature may be
     * @throws MalformedInput when these cannot be its witnesses
     */
    public static Optional<WitnessQuorum> quorum(Charter charter, Duration maxAge) {
        var asked = charter.witnesses();
        if (asked == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(new WitnessQuorum(witnessKeys(charter), asked.threshold(), maxAge));
        } catch (org.imprimatur.ledger.MalformedInput e) {
            throw new MalformedInput("witnesses", "different witnesses", e.explanation());
        }
    }

    private static NoteVerifier witnessKey(String text) {
        NoteVerifier key;
        try {
            key = NoteVerifier.parse(text);
        } catch (org.imprimatur.ledger.MalformedInput e) {
            throw new MalformedInput("witnesses.keys", "C2SP verifier keys", e.explanation());
        }
        if (key.type() != KeyType.COSIGNATURE) {
            throw new MalformedInput(
                    "witnesses.keys", "keys of witnesses", "a key of type " + key.type());
        }
        return key;
    }

    private static Charter.Witnesses witnesses(Members in) {
        long threshold = in.number("threshold");
        var keys = in.texts("keys", MAX_WITNESSES);
        in.end();
        return in.build(() -> new Charter.Witnesses(Math.clamp(threshold, 0, 1000), keys));
    }

    private static Charter.Body body(Members in) {
        var owner = in.value("owner", Owner::parse);
        List<Person> appointers =
                in.objects("appointers", MAX_APPOINTERS).stream()
                        .map(StatementJson::person)
                        .toList();
        in.end();
        return in.build(() -> new Charter.Body(owner, appointers));
    }

    private static Charter.Contributors contributors(Members in) {
        var rule = in.value("rule", ContributorRule::parse);
        var since = in.has("since") ? in.instant("since") : null;
        in.end();
        return in.build(() -> new Charter.Contributors(rule, since));
    }

    /** Writes a charter: always the same bytes for the same charter. */
    public static byte[] write(Charter charter) {
        var json = JsonNodeFactory.instance.objectNode();
        json.put("origin", charter.origin().text());
        json.put("key", charter.key());
        json.putObject("policy")
                .put("name", charter.policy().name())
                .put("version", charter.policy().version())
                .put("sha256", charter.policy().sha256().hex());
        var owners = json.putArray("owners");
        for (var body : charter.owners()) {
            var owner = owners.addObject().put("owner", body.owner().toString());
            var appointers = owner.putArray("appointers");
            for (var person : body.appointers()) {
                appointers
                        .addObject()
                        .put("subject", person.subject())
                        .put("issuer", person.issuer());
            }
        }
        var contributors = charter.contributors();
        if (contributors != null) {
            var asked = json.putObject("contributors").put("rule", contributors.rule().wire());
            var since = contributors.since();
            if (since != null) {
                asked.put("since", since.toString());
            }
        }
        var witnesses = charter.witnesses();
        if (witnesses != null) {
            var asked = json.putObject("witnesses").put("threshold", witnesses.threshold());
            var keys = asked.putArray("keys");
            witnesses.keys().forEach(keys::add);
        }
        return bytes(json);
    }

    static byte[] bytes(ObjectNode json) {
        return (json.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
