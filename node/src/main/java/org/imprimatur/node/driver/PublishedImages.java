package org.imprimatur.node.driver;

import java.util.Optional;
import org.imprimatur.node.follow.SiteView;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.ImageName;
import org.imprimatur.register.Sha512;

/**
 * Which endorsed images are meant by what only the site knows: the ids that drivers gave them, and
 * the digests of files that were made of them.
 */
public final class PublishedImages {

    private final SiteView view;
    private final Database database;

    /** The images at the drivers of one site. */
    public PublishedImages(SiteView view, Database database) {
        this.view = view;
        this.database = database;
    }

    /**
     * The endorsed image; empty where the ledgers in view say what the name means, or where the
     * site has published nothing under it. Of what a driver has, the file itself, where something
     * in view is about that very file: a block of it counts under each of its names.
     */
    public Optional<Sha512> image(ImageName name) {
        return switch (name) {
            case ImageName.AtDriver(var driver, var id) -> atDriver(driver, id);
            case ImageName.ByDigest(var digest) ->
                    view.ask(standing -> standing.mentions(digest))
                            ? Optional.empty()
                            : database.read(db -> new PublicationTable(db).madeOf(digest));
            case ImageName.ByGuid _ -> Optional.empty();
        };
    }

    private Optional<Sha512> atDriver(String driver, String id) {
        var image = database.read(db -> new PublicationTable(db).image(driver, id));
        var made = database.read(db -> new PublicationTable(db).made(driver, id));
        return image.map(
                endorsed ->
                        view.ask(
                                standing ->
                                        made.stream()
                                                .filter(standing::mentions)
                                                .findFirst()
                                                .orElse(endorsed)));
    }
}
