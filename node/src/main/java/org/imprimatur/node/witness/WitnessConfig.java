package org.imprimatur.node.witness;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.imprimatur.ledger.KeyType;
import org.imprimatur.ledger.NoteVerifier;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.register.Origin;

/**
 * The member {@code witness} of a node's configuration: that it cosigns for others.
 *
 * @param name name of the witness's key
 * @param ledgers keys of ledgers that are cosigned besides those that the node follows
 */
public record WitnessConfig(String name, List<NoteVerifier> ledgers) {

    private static final int MOST_LEDGERS = 256;

    /** Copies the list. */
    public WitnessConfig {
        ledgers = List.copyOf(ledgers);
    }

    /**
     * Reads the member; empty for a node that is no witness.
     *
     * @param own the node's own ledger, which it does not cosign
     * @throws BadConfiguration with file, line, member, fault and hint
     */
    public static Optional<WitnessConfig> read(Optional<YamlMember> member, Origin own) {
        return member.map(witness -> read(witness, own));
    }

    private static WitnessConfig read(YamlMember witness, Origin own) {
        witness.allowing("name", "ledgers");
        String hint = "a name without spaces and '+', for example witness.example/w1";
        String name =
                witness.optional("name")
                        .map(member -> member.as(text -> new Origin(text).text(), hint))
                        .orElse(own.text() + "/witness");
        var ledgers =
                witness.optional("ledgers")
                        .map(
                                list ->
                                        list.items().stream()
                                                .map(item -> key(item, KeyType.ED25519))
                                                .toList())
                        .orElse(List.of());
        var seen = new HashSet<String>();
        seen.add(own.text());
        for (var key : ledgers) {
            if (!seen.add(key.name()) || seen.size() > MOST_LEDGERS) {
                throw witness.wrong(
                        "names the ledger %s, which is this node's own, or is there twice, or is one too many"
                                .formatted(key.name()),
                        "name each ledger of others once, at most 255");
            }
        }
        return new WitnessConfig(name, ledgers);
    }

    /** A verifier key of this kind. */
    static NoteVerifier key(YamlMember item, KeyType type) {
        return item.as(
                text -> {
                    NoteVerifier key;
                    try {
                        key = NoteVerifier.parse(text);
                    } catch (org.imprimatur.ledger.MalformedInput e) {
                        throw new IllegalArgumentException(e.explanation(), e);
                    }
                    if (key.type() != type) {
                        throw new IllegalArgumentException(
                                "is a key of type %s".formatted(key.type()));
                    }
                    return key;
                },
                type == KeyType.ED25519
                        ? "the verifier key of a ledger, NAME+ID+BASE64, as its charter has it"
                        : "the verifier key of a witness, NAME+ID+BASE64, as its /api/v1/witness has it");
    }
}
