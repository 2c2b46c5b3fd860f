package org.imprimatur.register;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which of the three kinds of image an endorsement is of, and what it was made from (TVM-2.image).
 */
public sealed interface Lineage {

    /** What an endorsement that names no kind is of: a base image, which is whole by itself. */
    Lineage BASE = new Base();

    Kind kind();

    /** What the image was combined from, each by its kind and digest; empty for the other kinds. */
    List<Part> parts();

    /** The kinds, with their names in formats. */
    enum Kind {
        /** A complete system; also what is combined from it and no VO configuration. */
        BASE("base"),
        /** What a VO adds: no kernel, nothing that root configures. */
        VO_CONFIGURATION("vo-configuration"),
        /** A base image with a VO configuration in it. */
        COMBINED("combined");

        private final String wire;

        Kind(String wire) {
            this.wire = wire;
        }

        /** The name in formats. */
        public String wire() {
            return wire;
        }

        /** Reads the name in formats. */
        public static Kind parse(String text) {
            return WireName.find(
                    values(), Kind::wire, text, () -> "base, vo-configuration or combined");
        }

        @Override
        public String toString() {
            return wire;
        }
    }

    /** A part of a combined image. */
    record Part(Kind kind, Sha512 image) {}

    /** A VM base image. */
    record Base() implements Lineage {

        @Override
        public Kind kind() {
            return Kind.BASE;
        }

        @Override
        public List<Part> parts() {
            return List.of();
        }
    }

    /** A VO configuration; only a VO endorses one. */
    record VoConfiguration() implements Lineage {

        @Override
        public Kind kind() {
            return Kind.VO_CONFIGURATION;
        }

        @Override
        public List<Part> parts() {
            return List.of();
        }
    }

    /**
     * A VM combined image.
     *
     * @param base SHA-512 of the base image's file; without a configuration that of the image
     *     itself, since the two are then identical
     * @param configuration SHA-512 of the VO configuration's file; null where there is none
     */
    record Combined(Sha512 base, @Nullable Sha512 configuration) implements Lineage {

        public Combined {
            if (base.equals(configuration)) {
                throw new MalformedInput(
                        "configuration", "another file than the base", base.toString());
            }
        }

        @Override
        public Kind kind() {
            return Kind.COMBINED;
        }

        @Override
        public List<Part> parts() {
            var first = new Part(Kind.BASE, base);
            return configuration == null
                    ? List.of(first)
                    : List.of(first, new Part(Kind.VO_CONFIGURATION, configuration));
        }
    }
}
