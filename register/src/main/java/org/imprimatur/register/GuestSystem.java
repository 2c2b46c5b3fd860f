package org.imprimatur.register;

/**
 * The operating system within an image; version and architecture are empty where it does not say.
 *
 * @param packages how many packages are installed
 */
public record GuestSystem(String name, String version, String architecture, long packages) {

    public GuestSystem {
        Text.line("name", name, 1, 128);
        Text.line("version", version, 0, 64);
        Text.line("architecture", architecture, 0, 64);
        Text.range("packages", packages, 0, 10_000_000);
    }
}
