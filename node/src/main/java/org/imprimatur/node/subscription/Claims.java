package org.imprimatur.node.subscription;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.imprimatur.register.Guid;
import org.imprimatur.register.ListedImage;
import org.imprimatur.register.Origin;
import org.jspecify.annotations.Nullable;

/**
 * To which of the followed lists an identifier belongs: to the one that had it first, as long as
 * that is followed. Whoever lists an image of another list wants to be taken for that one.
 *
 * <p>A list holds this object's monitor from asking until what it takes is seen, so that of two
 * that take at once one is first.
 */
final class Claims {

    private volatile List<Subscriber> followed = List.of();

    /** These lists are followed from now on, and no others. */
    void follow(List<Subscriber> lists) {
        followed = List.copyOf(lists);
    }

    /** The other list that had an image before this one; empty for none. */
    Optional<Origin> holder(Guid image, Subscriber asking) {
        return holder(asking, list -> since(list.status().list().images().of(image).stream()));
    }

    private static @Nullable Instant since(Stream<ListedImage> versions) {
        return versions.map(ListedImage::since).min(Instant::compareTo).orElse(null);
    }

    /**
     * The other list that is this one, by its own identifier, and was taken before; empty for none.
     */
    Optional<Origin> holder(UUID identifier, Subscriber asking) {
        return holder(
                asking,
                list ->
                        list.first()
                                .filter(state -> state.identifier().equals(identifier))
                                .map(SubscriptionTable.State::takenAt)
                                .orElse(null));
    }

    private Optional<Origin> holder(
            Subscriber asking, Function<Subscriber, @Nullable Instant> since) {
        var mine = since.apply(asking);
        for (var list : followed) {
            var name = list.subscription().catalogue();
            var theirs = name.equals(asking.subscription().catalogue()) ? null : since.apply(list);
            if (theirs != null
                    && (mine == null || order(theirs, name, mine, asking.subscription()) < 0)) {
                return Optional.of(name);
            }
        }
        return Optional.empty();
    }

    /**
     * What was taken at the same moment belongs to the first by name, so that it is one of them.
     */
    private static int order(Instant theirs, Origin name, Instant mine, Subscription asking) {
        int order = theirs.compareTo(mine);
        return order != 0 ? order : name.text().compareTo(asking.catalogue().text());
    }
}
