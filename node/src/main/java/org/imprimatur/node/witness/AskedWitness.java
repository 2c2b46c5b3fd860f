package org.imprimatur.node.witness;

import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.imprimatur.ledger.KeyType;
import org.imprimatur.ledger.NoteVerifier;
import org.imprimatur.node.catalogue.Cosignatures;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.register.Charter;

/**
 * A witness that is asked to cosign this node's checkpoints, as the configuration has it.
 *
 * @param url its submission prefix: it is asked at {@code url/add-checkpoint}
 * @param key what its cosignatures verify with
 */
public record AskedWitness(URI url, NoteVerifier key) {

    /** Where it is asked. */
    URI address() {
        return URI.create(url + "/add-checkpoint");
    }

    /**
     * Reads the list {@code witnesses}.
     *
     * @throws BadConfiguration with file, line, member, fault and hint
     */
    public static List<AskedWitness> read(Optional<YamlMember> list) {
        var witnesses = new ArrayList<AskedWitness>();
        var names = new HashSet<String>();
        for (var item : list.map(YamlMember::items).orElse(List.of())) {
            item.allowing("url", "key");
            var key = item.required("key", "its verifier key, NAME+ID+BASE64");
            var witness =
                    new AskedWitness(
                            item.required("url", "for example https://witness.example")
                                    .server("for example https://witness.example"),
                            WitnessConfig.key(key, KeyType.COSIGNATURE));
            if (!names.add(witness.key().name()) || names.size() > Cosignatures.MOST) {
                throw key.wrong(
                        "is of the witness %s, which is there twice, or is one too many"
                                .formatted(witness.key().name()),
                        "name each witness once, at most " + Cosignatures.MOST);
            }
            witnesses.add(witness);
        }
        return witnesses;
    }

    /**
     * What the charter asks followers to ask for; empty for nothing.
     *
     * @param threshold how many of these witnesses, as written
     * @throws BadConfiguration when there are fewer
     */
    public static Optional<Charter.Witnesses> chartered(
            List<AskedWitness> witnesses, Optional<YamlMember> threshold) {
        return threshold.map(
                member ->
                        member.as(
                                text ->
                                        new Charter.Witnesses(
                                                Integer.parseInt(text),
                                                witnesses.stream()
                                                        .map(witness -> witness.key().toString())
                                                        .toList()),
                                "a number from 1 to how many there are in \"witnesses\""));
    }
}
