package org.imprimatur.node.driver;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.imprimatur.node.follow.SiteView;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.ImageName;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Standing;
import org.jspecify.annotations.Nullable;

/**
 * Which endorsed images are meant by what only the site knows: the ids that drivers gave them, and
 * the digests of files that were made of them.
 */
public final class PublishedImages {

    private static final Duration FRESH = Duration.ofMillis(200);

    private final SiteView view;
    private final Database database;
    private volatile Made made = new Made(Set.of(), System.nanoTime() - FRESH.toNanos());

    /** The images at the drivers of one site. */
    public PublishedImages(SiteView view, Database database) {
        this.view = view;
        this.database = database;
    }

    /**
     * What a name means.
     *
     * @param image the endorsed image
     * @param converted the file that was made of it, where the name is that file's; else null
     */
    public record Meant(Sha512 image, @Nullable Sha512 converted) {

        @Override
        public String toString() {
            return converted == null
                    ? image.toString()
                    : "%s, made of %s".formatted(converted, image);
        }
    }

    /** Whether they alone can tell what a name means: nothing in view does. */
    public static boolean aloneTell(Standing standing, ImageName name) {
        return switch (name) {
            case ImageName.AtDriver _ -> true;
            case ImageName.ByDigest(var digest) -> !standing.knows(digest);
            case ImageName.ByGuid _ -> false;
        };
    }

    /**
     * What a name means, where they alone can tell it; empty where nothing is published under it.
     */
    public Optional<Meant> meant(ImageName name) {
        return view.ask(standing -> aloneTell(standing, name)) ? find(name) : Optional.empty();
    }

    /** What the site has published under a name, whatever the ledgers say. */
    public Optional<Meant> find(ImageName name) {
        return switch (name) {
            case ImageName.AtDriver(var driver, var id) ->
                    database.read(db -> new PublicationTable(db).at(driver, id));
            case ImageName.ByDigest(var digest) when !made().files().contains(digest) ->
                    Optional.empty();
            case ImageName.ByDigest(var digest) ->
                    database.read(db -> new PublicationTable(db).madeOf(digest))
                            .map(image -> new Meant(image, digest));
            case ImageName.ByGuid _ -> Optional.empty();
        };
    }

    /**
     * Which files were made of any image, as it was a moment ago: so whoever asks for what nobody
     * knows, however often, does not keep the database busy.
     */
    private Made made() {
        var last = made;
        return last.fresh() ? last : madeNow();
    }

    private synchronized Made madeNow() {
        if (!made.fresh()) {
            long at = System.nanoTime();
            made = new Made(database.read(db -> new PublicationTable(db).made()), at);
        }
        return made;
    }

    private record Made(Set<Sha512> files, long at) {

        boolean fresh() {
            return System.nanoTime() - at < FRESH.toNanos();
        }
    }
}
