package org.imprimatur.node.driver;

import java.util.Optional;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.ImageName;
import org.imprimatur.register.Sha512;

/** Which image files are meant by the ids that drivers gave them. */
public final class PublishedImages {

    private final Database database;

    /** The images at the drivers of one site. */
    public PublishedImages(Database database) {
        this.database = database;
    }

    /** The image; empty where the driver has nothing of the site's under that id. */
    public Optional<Sha512> image(ImageName.AtDriver name) {
        return database.read(db -> new PublicationTable(db).image(name.driver(), name.id()));
    }
}
