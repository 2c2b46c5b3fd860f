package org.imprimatur.inspect.facts.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the installed system is configured.
 *
 * @param support how long the vendor mends it; null if that is not known
 * @param network which connections, names and name servers are configured
 * @param identity names and addresses of one machine, in the network's configuration
 * @param constraints what makes the network smaller than a worker node's
 * @param layout what fstab(5) says that matters
 */
public record Configuration(
        Services services,
        BootChain boot,
        @Nullable Support support,
        Access access,
        CloudInit cloudInit,
        Logging logging,
        List<Firewall> firewalls,
        List<Listener> listeners,
        Network network,
        List<Place> identity,
        List<Place> constraints,
        Layout layout) {

    /** Of an image without an installed system. */
    public static final Configuration NONE =
            new Configuration(
                    new Services(List.of(), List.of()),
                    new BootChain("", "", List.of(), List.of(), null, List.of(), List.of()),
                    null,
                    new Access(
                            List.of(), List.of(), List.of(), List.of(), List.of(), List.of(),
                            List.of()),
                    new CloudInit(false, "", List.of(), List.of(), List.of()),
                    new Logging(List.of(), List.of(), List.of(), List.of(), List.of(), List.of()),
                    List.of(),
                    List.of(),
                    Network.NONE,
                    List.of(),
                    List.of(),
                    new Layout(List.of(), false, List.of(), List.of()));

    /** Copies the lists. */
    public Configuration {
        firewalls = List.copyOf(firewalls);
        listeners = List.copyOf(listeners);
        identity = List.copyOf(identity);
        constraints = List.copyOf(constraints);
    }

    /** The same with these rules of polkit(8). */
    public Configuration withPolkit(List<Place> rules) {
        return new Configuration(
                services,
                boot,
                support,
                access.withPolkit(rules),
                cloudInit,
                logging,
                firewalls,
                listeners,
                network,
                identity,
                constraints,
                layout);
    }

    /**
     * How the system spreads over the disk, by its fstab(5).
     *
     * @param swap lines that name swap space
     * @param separateBoot true if {@code /boot} is a file system of its own
     * @param logicalVolumes what is mounted from logical volumes
     * @param separateFileSystems directories of the system that lie in other file systems than its
     *     root
     */
    public record Layout(
            List<Place> swap,
            boolean separateBoot,
            List<Place> logicalVolumes,
            List<Place> separateFileSystems) {

        /** Copies the lists. */
        public Layout {
            swap = List.copyOf(swap);
            logicalVolumes = List.copyOf(logicalVolumes);
            separateFileSystems = List.copyOf(separateFileSystems);
        }
    }
}
