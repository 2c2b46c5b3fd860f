package org.imprimatur.node.lists;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.imprimatur.exchange.hepix.ListPath;
import org.imprimatur.register.Guid;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Register;
import org.imprimatur.register.Statement.Endorsement;

/** Which images the list at a path is of, kept up with the ledger as it grows. */
final class ListIndex {

    /**
     * What a path is of.
     *
     * @param owner whose list it is; empty for that of a person
     * @param title for people
     * @param images in the order in which they were first endorsed
     */
    record Subject(Optional<Owner> owner, String title, List<Guid> images) {}

    private final Set<Owner> owners = new LinkedHashSet<>();

    // Guarded by this.
    private long next;
    private final Map<Owner, Set<Guid>> byOwner = new HashMap<>();
    private final Map<String, Guid> byTag = new HashMap<>();
    private final Map<Guid, Endorsement> first = new HashMap<>();
    private final Map<String, Set<Guid>> byPerson = new HashMap<>();

    /** Takes what is new in the register. */
    synchronized void catchUp(Register register) {
        if (next == 0) {
            register.charter().owners().forEach(body -> owners.add(body.owner()));
        }
        for (; next < register.size(); next++) {
            register.statement(next)
                    .map(Recorded::statement)
                    .filter(Endorsement.class::isInstance)
                    .map(Endorsement.class::cast)
                    .ifPresent(this::add);
        }
    }

    private void add(Endorsement endorsement) {
        var guid = endorsement.guid();
        byOwner.computeIfAbsent(endorsement.owner(), _ -> new LinkedHashSet<>()).add(guid);
        first.putIfAbsent(guid, endorsement);
        var tag = endorsement.tag();
        if (tag != null) {
            // Whoever had a name first keeps it: nobody can take over the list at a path.
            byTag.putIfAbsent(tag.text(), guid);
        }
        byPerson.computeIfAbsent(endorsement.signer().digest().hex(), _ -> new LinkedHashSet<>())
                .add(guid);
    }

    /** All owners of the ledger. */
    synchronized Set<Owner> owners() {
        return Set.copyOf(owners);
    }

    /** What the list at a path is of; empty where there can be none. */
    synchronized Optional<Subject> subject(ListPath path) {
        return switch (path.kind()) {
            case VO -> ofOwner(new Owner(Owner.Kind.VO, path.name()));
            case INFRASTRUCTURE -> ofOwner(new Owner(Owner.Kind.INFRASTRUCTURE, path.name()));
            case SITE -> ofOwner(new Owner(Owner.Kind.SITE, path.name()));
            case APPLIANCE ->
                    guid(path.name())
                            .flatMap(guid -> Optional.ofNullable(first.get(guid)))
                            .map(
                                    endorsement ->
                                            new Subject(
                                                    Optional.of(endorsement.owner()),
                                                    "Image " + path.name(),
                                                    List.of(endorsement.guid())));
            case PERSON ->
                    Optional.ofNullable(byPerson.get(path.name()))
                            .map(
                                    guids ->
                                            new Subject(
                                                    Optional.empty(),
                                                    "Images of one endorser",
                                                    List.copyOf(guids)));
        };
    }

    private Optional<Subject> ofOwner(Owner owner) {
        return owners.contains(owner)
                ? Optional.of(
                        new Subject(
                                Optional.of(owner),
                                "Images of " + owner.name(),
                                List.copyOf(byOwner.getOrDefault(owner, Set.of()))))
                : Optional.empty();
    }

    private Optional<Guid> guid(String name) {
        var byName = Optional.ofNullable(byTag.get(name));
        if (byName.isPresent()) {
            return byName;
        }
        try {
            return Optional.of(Guid.parse(name));
        } catch (MalformedInput _) {
            return Optional.empty();
        }
    }

    /** The paths of every list that an image can be in. */
    synchronized List<ListPath> paths(Endorsement endorsement) {
        var paths = new ArrayList<ListPath>();
        paths.add(ListPath.of(endorsement.owner()));
        byTag.forEach(
                (tag, guid) -> {
                    if (guid.equals(endorsement.guid())) {
                        paths.add(new ListPath(ListPath.Kind.APPLIANCE, tag));
                    }
                });
        paths.add(new ListPath(ListPath.Kind.APPLIANCE, endorsement.guid().toString()));
        paths.add(ListPath.of(endorsement.signer()));
        return paths;
    }
}
