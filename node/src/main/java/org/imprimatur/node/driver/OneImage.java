package org.imprimatur.node.driver;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An image as OpenNebula shows it.
 *
 * @param shared whether somebody but its owner may use it
 * @param labels what its template says of it, in capitals
 */
record OneImage(int id, State state, boolean shared, Map<String, String> labels) {

    private static final String WHAT = "what OpenNebula says of images";

    /** Its states, in the order of OpenNebula's numbers. */
    enum State {
        INIT,
        READY,
        USED,
        DISABLED,
        LOCKED,
        ERROR,
        CLONE,
        DELETE,
        USED_PERS,
        LOCKED_USED,
        LOCKED_USED_PERS;

        /** Whether its bytes are there, and machines may use it. */
        boolean usable() {
            return switch (this) {
                case READY, USED, CLONE, USED_PERS -> true;
                case INIT, DISABLED, LOCKED, ERROR, DELETE, LOCKED_USED, LOCKED_USED_PERS -> false;
            };
        }

        /** Whether its bytes are there, or on their way. */
        boolean hasBytes() {
            return this != ERROR && this != DELETE;
        }

        /** Whether its bytes are on their way. */
        boolean coming() {
            return this == INIT || this == LOCKED;
        }
    }

    /** Reads an {@code IMAGE}. */
    static OneImage read(String xml) throws DriverException {
        return of(OutsideXml.read(xml.getBytes(UTF_8), WHAT));
    }

    /** Reads an {@code IMAGE_POOL}. */
    static List<OneImage> pool(String xml) throws DriverException {
        var images = new ArrayList<OneImage>();
        for (var image : OutsideXml.read(xml.getBytes(UTF_8), WHAT).all("IMAGE")) {
            images.add(of(image));
        }
        return images;
    }

    private static OneImage of(OutsideXml image) throws DriverException {
        int state = number(image, "STATE");
        if (!image.name().equals("IMAGE") || state >= State.values().length) {
            throw new DriverException(WHAT + " is not as it was expected");
        }
        var labels = new HashMap<String, String>();
        for (var template : image.all("TEMPLATE")) {
            template.children()
                    .forEach(label -> labels.putIfAbsent(label.name(), label.text().strip()));
        }
        boolean shared =
                image.all("PERMISSIONS").stream()
                        .anyMatch(
                                may ->
                                        may.text("GROUP_U").equals("1")
                                                || may.text("OTHER_U").equals("1"));
        return new OneImage(number(image, "ID"), State.values()[state], shared, Map.copyOf(labels));
    }

    private static int number(OutsideXml image, String member) throws DriverException {
        var text = image.text(member);
        if (!text.matches("[0-9]{1,9}")) {
            throw new DriverException("%s has no number in %s".formatted(WHAT, member));
        }
        return Integer.parseInt(text);
    }

    String label(String name) {
        return labels.getOrDefault(name, "");
    }
}
