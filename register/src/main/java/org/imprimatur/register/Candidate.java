package org.imprimatur.register;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What speaks for an image file at a site: an endorsement in a ledger, or an entry of a signed list
 * (WLCG-12). Either is named by its catalogue and an id, and approved or refused under these names.
 */
public sealed interface Candidate {

    /** The ledger that it is in, or the list. */
    Origin catalogue();

    /** Its name there. */
    StatementId id();

    /** The file. */
    Sha512 image();

    /** The image, across its versions. */
    Guid guid();

    /** The version of the image. */
    Version version();

    /** For whom it speaks. */
    Owner owner();

    /** Who answers for it. */
    Person signer();

    /**
     * Who answered for it when it came. A list may be signed by another person later, and that does
     * not make an image of the first one the second one's.
     */
    Person introducer();

    /** The image's title, for people. */
    String title();

    /** The file's format, such as {@code qcow2}. */
    String format();

    /** The length of the file. */
    long fileBytes();

    /** What is said of the disk within the file; null where nothing is. */
    @Nullable DiskFacts disk();

    /** The tag; null where there is none. */
    @Nullable Tag tag();

    /** Where the file may be had. */
    List<String> locations();

    /** What runs in the image: its name and version, each empty where nobody says it. */
    Software software();

    /** Since when it is known: when it was admitted, or first listed. */
    Instant since();

    /** How sentences name it. */
    String told();

    /**
     * What runs in an image; each text may be empty.
     *
     * @param name such as {@code Debian GNU/Linux}
     */
    record Software(String name, String version, String architecture) {}

    /** An endorsement in a ledger. */
    record Endorsed(Origin catalogue, Recorded<Statement.Endorsement> entry) implements Candidate {

        @Override
        public StatementId id() {
            return entry.id();
        }

        @Override
        public Sha512 image() {
            return entry.statement().image();
        }

        @Override
        public Guid guid() {
            return entry.statement().guid();
        }

        @Override
        public Version version() {
            return entry.statement().version();
        }

        @Override
        public Owner owner() {
            return entry.statement().owner();
        }

        @Override
        public Person signer() {
            return entry.statement().signer();
        }

        @Override
        public Person introducer() {
            return signer();
        }

        @Override
        public String title() {
            return entry.statement().title();
        }

        @Override
        public String format() {
            return entry.statement().disk().format();
        }

        @Override
        public long fileBytes() {
            return entry.statement().disk().fileBytes();
        }

        @Override
        public DiskFacts disk() {
            return entry.statement().disk();
        }

        @Override
        public @Nullable Tag tag() {
            return entry.statement().tag();
        }

        @Override
        public List<String> locations() {
            return entry.statement().locations();
        }

        @Override
        public Software software() {
            var system = entry.statement().system();
            return new Software(system.name(), system.version(), system.architecture());
        }

        @Override
        public Instant since() {
            return entry.admittedAt();
        }

        @Override
        public String told() {
            return "the endorsement of " + entry.place();
        }
    }

    /**
     * An entry of a list that the site follows.
     *
     * @param owner for whom the site takes the list's word
     * @param signer who has signed the list
     */
    record Listed(Origin catalogue, Owner owner, Person signer, ListedImage entry)
            implements Candidate {

        @Override
        public StatementId id() {
            return entry.id();
        }

        @Override
        public Sha512 image() {
            return entry.image();
        }

        @Override
        public Guid guid() {
            return entry.guid();
        }

        @Override
        public Version version() {
            return entry.version();
        }

        @Override
        public Person introducer() {
            return entry.introducer();
        }

        @Override
        public String title() {
            return entry.title();
        }

        @Override
        public String format() {
            return entry.format();
        }

        @Override
        public long fileBytes() {
            return entry.fileBytes();
        }

        @Override
        public @Nullable DiskFacts disk() {
            return null;
        }

        @Override
        public @Nullable Tag tag() {
            return null;
        }

        @Override
        public List<String> locations() {
            return List.of(entry.location());
        }

        @Override
        public Software software() {
            return entry.software();
        }

        @Override
        public Instant since() {
            return entry.since();
        }

        @Override
        public String told() {
            return "the entry %s@%s of '%s'".formatted(guid(), version(), catalogue);
        }
    }
}
