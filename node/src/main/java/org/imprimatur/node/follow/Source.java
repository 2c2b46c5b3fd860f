package org.imprimatur.node.follow;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.imprimatur.exchange.CharterJson;
import org.imprimatur.ledger.NoteVerifier;
import org.imprimatur.ledger.WitnessQuorum;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.node.config.Durations;
import org.imprimatur.node.config.Faults;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.register.Charter;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Origin;

/**
 * A ledger to follow, as the configuration has it.
 *
 * @param url where the ledger is; its checkpoint is at {@code url/checkpoint}
 * @param charter what the site believes of it beforehand, pinned
 * @param anchors certification authorities for its statements; empty for the node's own
 * @param poll how often it is asked when nothing is pushed
 * @param witnesses who must have cosigned its checkpoints; empty for nobody
 */
public record Source(
        URI url,
        Charter charter,
        Optional<Path> anchors,
        Duration poll,
        Optional<WitnessQuorum> witnesses) {

    private static final Duration USUAL_AGE = Duration.ofMinutes(15);
    private static final int LARGEST_CHARTER = 256 * 1024;

    /** A ledger that is followed on its own word. */
    public Source(URI url, Charter charter, Optional<Path> anchors, Duration poll) {
        this(url, charter, anchors, poll, Optional.empty());
    }

    /** The ledger's name. */
    public Origin origin() {
        return charter.origin();
    }

    /** An address below the ledger's. */
    URI address(String path) {
        return URI.create(url + "/" + path);
    }

    /**
     * Reads the list {@code follow}.
     *
     * @param own the node's own ledger, which it does not follow; empty where no node is known
     * @throws BadConfiguration with every fault in it
     */
    public static List<Source> read(YamlMember list, Optional<Origin> own) {
        var faults = new Faults();
        var seen = new HashSet<Origin>(own.stream().toList());
        var sources =
                faults.each(
                        list.items(),
                        item -> {
                            var source = read(item);
                            if (!seen.add(source.origin())) {
                                throw item.wrong(
                                        "is of \"%s\", which is this node's own ledger or is followed already"
                                                .formatted(source.origin()),
                                        "follow each ledger once");
                            }
                            return source;
                        });
        faults.complete();
        return sources;
    }

    private static Source read(YamlMember item) {
        var faults = new Faults();
        faults.check(() -> item.allowing("url", "charter", "anchors", "poll", "witnesses"));
        String hint = "for example https://catalogue.example";
        var url = faults.read(() -> item.required("url", hint).server(hint));
        var charter =
                faults.read(() -> item.required("charter", "the file with the ledger's charter"));
        var pinned = faults.read(() -> charter(charter.get()));
        var anchors = faults.read(() -> item.optional("anchors").map(YamlMember::directory));
        var poll =
                faults.read(
                        () ->
                                item.optional("poll")
                                        .map(m -> m.as(Durations::parse, Durations.HINT))
                                        .orElse(Duration.ofSeconds(30)));
        var witnesses =
                faults.read(
                        () ->
                                item.optional("witnesses")
                                        .map(Source::quorum)
                                        .or(() -> chartered(pinned.get(), charter.get())));
        faults.complete();
        return new Source(url.get(), pinned.get(), anchors.get(), poll.get(), witnesses.get());
    }

    /** What the charter asks for, where the configuration asks for nothing else. */
    private static Optional<WitnessQuorum> chartered(Charter charter, YamlMember member) {
        var witnesses = charter.witnesses();
        if (witnesses == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new WitnessQuorum(
                            CharterJson.witnessKeys(charter), witnesses.threshold(), USUAL_AGE));
        } catch (org.imprimatur.ledger.MalformedInput e) {
            throw member.wrong(
                    "is of a charter whose witnesses cannot be: " + e.explanation(),
                    "ask the ledger's operators for a right one");
        }
    }

    private static WitnessQuorum quorum(YamlMember member) {
        member.allowing("keys", "threshold", "max-age");
        var keys = member.required("keys", "a list of the witnesses' verifier keys");
        var threshold = member.required("threshold", "how many of them must have cosigned");
        var age =
                member.optional("max-age")
                        .map(m -> m.as(Durations::parse, Durations.HINT))
                        .orElse(USUAL_AGE);
        try {
            return new WitnessQuorum(
                    keys.items().stream().map(Source::witness).toList(),
                    threshold.as(Integer::parseInt, "a number, for example 2"),
                    age);
        } catch (org.imprimatur.ledger.MalformedInput e) {
            throw member.wrong(
                    "asks for what cannot be: " + e.explanation(),
                    "different keys of witnesses, and a threshold of 1 to their number");
        }
    }

    private static NoteVerifier witness(YamlMember item) {
        try {
            return NoteVerifier.parse(item.text());
        } catch (org.imprimatur.ledger.MalformedInput e) {
            throw item.wrong(
                    "is no key: " + e.explanation(),
                    "the verifier key of a witness, NAME+ID+BASE64, as its /api/v1/witness has it");
        }
    }

    private static Charter charter(YamlMember member) {
        Path path = member.path();
        String hint =
                "get the charter from somebody you trust, or from the catalogue's /api/v1/charter, and compare it with what they publish";
        try {
            if (Files.size(path) > LARGEST_CHARTER) {
                throw member.wrong("is " + path + ", which is larger than a charter", hint);
            }
            var charter = CharterJson.read(Files.readAllBytes(path));
            NoteVerifier.parse(charter.key());
            return charter;
        } catch (IOException e) {
            throw member.wrong("is " + path + ", which cannot be read", hint);
        } catch (MalformedInput e) {
            throw member.wrong("is %s: %s".formatted(path, e.explanation()), hint);
        } catch (org.imprimatur.ledger.MalformedInput e) {
            throw member.wrong("is %s: key: %s".formatted(path, e.explanation()), hint);
        }
    }
}
