package org.imprimatur.node.driver;

import java.util.List;

/**
 * One place outside, from which machines are started: a cloud's image service, a registry, a pool
 * of files. A site's verified images are published there, and taken away again.
 *
 * <p>What is made there bears the {@linkplain Mark mark} of its publication, which was noted before
 * anything was made. So whatever is found after a crash is known as ours, and what is not ours is
 * never touched. Every operation may be repeated, and ends within a bounded time. An interrupt
 * breaks it off; the thread stays interrupted then.
 */
public interface Driver extends AutoCloseable {

    /** Its name in the site's configuration. */
    String name();

    /**
     * Sees to it that an image is offered under the mark, whole and as it was verified, and says
     * all that the labels say. What is there of an earlier attempt is gone on with or replaced;
     * what was withdrawn and is still there is offered again.
     *
     * @return the id by which users of the place know it
     * @throws DriverException when it is not offered now; it is tried again later
     */
    String publish(Mark mark, StoredImage image) throws DriverException;

    /**
     * How the place holds each of these publications; those of which it has nothing are left out.
     */
    List<Held> held(List<Publication> ours) throws DriverException;

    /**
     * Takes an image out of use at once: nobody starts it from there when this returns.
     *
     * @return whether nothing of it is left; else it is kept aside until it is {@linkplain #remove
     *     removed}
     */
    boolean withdraw(Publication publication) throws DriverException;

    /**
     * Deletes what was kept aside.
     *
     * @return false while it is in use and must stay
     */
    boolean remove(Publication publication) throws DriverException;

    /**
     * Ends a running machine.
     *
     * @param instance its id there
     * @param host where it was last known to run
     * @throws DriverException also where the place runs no machines
     */
    void terminate(String instance, String host) throws DriverException;

    @Override
    void close();

    /** What a place has of one publication. */
    record Held(Mark mark, String id, Use use) {}

    /** Whether it can be started from there. */
    enum Use {
        /** It can, and it is what was published. */
        OFFERED,
        /** It cannot: it is kept aside. */
        ASIDE,
        /** It is not whole, or not what was published. */
        BROKEN
    }
}
