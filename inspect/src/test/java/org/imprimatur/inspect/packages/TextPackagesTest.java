package org.imprimatur.inspect.packages;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.imprimatur.inspect.packages.TextPackages.Kind;
import org.junit.jupiter.api.Test;

class TextPackagesTest {

    private static String parse(Kind kind, String text) {
        var each = TextPackages.parse(kind, text.getBytes(StandardCharsets.UTF_8), "/x");
        return each == null
                ? "none"
                : each.namespace()
                        + " "
                        + each.name()
                        + " "
                        + each.version()
                        + " "
                        + each.licences();
    }

    @Test
    void onlyThePlacesWherePackagesAreInstalledCount() {
        assertThat(TextPackages.kind("/usr/lib/python3/dist-packages/x-1.dist-info/METADATA"))
                .isEqualTo(Kind.PYTHON);
        assertThat(TextPackages.kind("/opt/app/node_modules/left-pad/package.json"))
                .isEqualTo(Kind.NODE);
        assertThat(TextPackages.kind("/opt/app/node_modules/@scope/x/package.json"))
                .isEqualTo(Kind.NODE);
        assertThat(TextPackages.kind("/usr/share/nodejs/semver/package.json")).isEqualTo(Kind.NODE);
        assertThat(TextPackages.kind("/opt/app/node_modules/x/test/package.json")).isNull();
        assertThat(TextPackages.kind("/opt/app/package.json")).isNull();
        assertThat(TextPackages.kind("package.json")).isNull();
        assertThat(TextPackages.kind("/var/lib/gems/3.1.0/specifications/rake-13.gemspec"))
                .isEqualTo(Kind.RUBY);
        assertThat(TextPackages.kind("/usr/share/doc/bash/copyright")).isEqualTo(Kind.COPYRIGHT);
        assertThat(TextPackages.kind("/usr/share/doc/bash/examples/copyright")).isNull();
    }

    @Test
    void aPythonPackageHasNameVersionAndLicence() {
        assertThat(
                        parse(
                                Kind.PYTHON,
                                "Metadata-Version: 2.1\nName: requests\nVersion: 2.28.1\n"
                                        + "License: Apache 2.0\n\nName: not-this\n"))
                .isEqualTo(" requests 2.28.1 [Apache 2.0]");
        assertThat(
                        parse(
                                Kind.PYTHON,
                                "Name: x\nVersion: 1\nLicense: UNKNOWN\nClassifier: License :: OSI"
                                        + " Approved :: MIT License\n"))
                .isEqualTo(" x 1 [MIT License]");
        assertThat(parse(Kind.PYTHON, "Summary: nothing\n")).isEqualTo("none");
    }

    @Test
    void aNodePackageHasScopeNameVersionAndLicencesOldAndNew() {
        assertThat(
                        parse(
                                Kind.NODE,
                                "{\"name\":\"@babel/core\",\"version\":\"7.1.0\",\"license\":\"MIT\","
                                        + "\"dependencies\":{\"name\":\"x\"}}"))
                .isEqualTo("@babel core 7.1.0 [MIT]");
        assertThat(
                        parse(
                                Kind.NODE,
                                "{\"licenses\":[{\"type\":\"BSD\",\"url\":\"u\"}],\"name\":\"old\"}"))
                .isEqualTo(" old  [BSD]");
        assertThat(parse(Kind.NODE, "{\"name\":")).isEqualTo("none");
        assertThat(parse(Kind.NODE, "[".repeat(5000))).isEqualTo("none");
    }

    @Test
    void aGemIsReadFromItsSpecificationAsRubyGemsWritesIt() {
        assertThat(
                        parse(
                                Kind.RUBY,
                                """
                                # -*- encoding: utf-8 -*-
                                Gem::Specification.new do |s|
                                  s.name = "rake".freeze
                                  s.version = "13.0.6"
                                  s.required_ruby_version = Gem::Requirement.new(">= 2.2")
                                  s.licenses = ["MIT".freeze, "Ruby".freeze]
                                end
                                """))
                .isEqualTo(" rake 13.0.6 [MIT, Ruby]");
    }

    @Test
    void aCopyrightFileGivesItsShortNamesIfItIsMachineReadable() {
        assertThat(
                        TextPackages.copyright(
                                """
                                Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

                                Files: *
                                License: GPL-2+

                                Files: debian/*
                                License: Expat
                                 text of it
                                """
                                        .getBytes(StandardCharsets.UTF_8)))
                .containsExactly("Expat", "GPL-2+");
        assertThat(
                        TextPackages.copyright(
                                """
                                Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

                                Files: *
                                License: GPL-2+ or Artistic

                                License: GPL-2+
                                 its text

                                License: Artistic
                                 its text
                                """
                                        .getBytes(StandardCharsets.UTF_8)))
                .as("texts of licences are no further licences")
                .containsExactly("GPL-2+ or Artistic");
        assertThat(TextPackages.copyright("License: free\n".getBytes(StandardCharsets.UTF_8)))
                .isEmpty();
    }

    @Test
    void namesThatCouldMisleadAreEscaped() {
        var each =
                Objects.requireNonNull(
                        TextPackages.parse(
                                Kind.NODE,
                                "{\"name\":\"a\\u001b[31m\"}".getBytes(StandardCharsets.UTF_8),
                                "/x"));

        assertThat(each.name()).isEqualTo("a\\x1b[31m");
    }
}
