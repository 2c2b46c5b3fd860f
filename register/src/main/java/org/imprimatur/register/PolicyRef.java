package org.imprimatur.register;

/** A policy document: its name and version for people, and the digest of its bytes. */
public record PolicyRef(String name, String version, Sha256 sha256) {

    public PolicyRef {
        Text.matching("name", Version.FORM, Version.EXPECTED, name);
        Text.matching("version", Version.FORM, Version.EXPECTED, version);
    }

    @Override
    public String toString() {
        return name + " " + version + " (" + sha256 + ")";
    }
}
