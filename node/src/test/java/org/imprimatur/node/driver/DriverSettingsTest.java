package org.imprimatur.node.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.node.config.ConfigFault;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.node.driver.OpenNebulaDriver.Visibility;
import org.junit.jupiter.api.Test;

class DriverSettingsTest {

    private static YamlMember drivers(String yaml) {
        return YamlMember.parse("/etc/site.yaml", yaml).members().get("drivers");
    }

    @Test
    void everyFaultOfEveryDriverIsToldWithItsLine() {
        var faults =
                catchThrowableOfType(
                                BadConfiguration.class,
                                () ->
                                        DriverSettings.read(
                                                drivers(
                                                        """
                                                        drivers:
                                                          - name: Pool
                                                            kind: directory
                                                            hard-links: perhaps
                                                            keep-withdrawn: a while
                                                          - name: cloud
                                                            kind: glance
                                                            auth-url: keystone.example
                                                            password: {project: p}
                                                            members: ["a b", "c d"]
                                                            properties: {os_hash_algo: md5, Upper: x}
                                                            owners: [biomed]
                                                          - name: registry
                                                            kind: oci
                                                            repository: registry.example/images
                                                            format: raw
                                                            user: u
                                                          - name: one
                                                            kind: opennebula
                                                            endpoint: one.example
                                                            datastore: default
                                                            visibility: nobody
                                                          - {name: own, kind: exec, program: [relative], timeout: long}
                                                          - {name: own, kind: printer}
                                                        """)))
                        .faults();

        assertThat(faults.stream().map(ConfigFault::line))
                .containsExactly(
                        2, 2, 4, 5, 8, 9, 10, 10, 11, 11, 12, 13, 16, 18, 18, 20, 21, 22, 23, 23,
                        24);
        assertThat(faults.toString())
                .contains("has no member \"path\"", "has no member \"session-file\"")
                .contains("has no member \"upload\"", "is not for a registry")
                .contains("is no kind of driver");
    }

    @Test
    void anOpenNebulaHasItsUsualSettings() {
        var settings =
                (DriverSettings.OpenNebula)
                        DriverSettings.read(
                                        drivers(
                                                """
                                                drivers:
                                                  - name: one
                                                    kind: opennebula
                                                    endpoint: http://one.example:2633/RPC2
                                                    session-file: one.session
                                                    datastore: 1
                                                    upload: /srv/upload
                                                """))
                                .getFirst();

        assertThat(settings.endpoint()).hasHost("one.example").hasPort(2633);
        assertThat(settings.settings())
                .isEqualTo(
                        new OpenNebulaDriver.Settings(
                                "one",
                                Path.of("/etc/one.session"),
                                1,
                                Path.of("/srv/upload"),
                                "/srv/upload",
                                OptionalInt.empty(),
                                Visibility.GROUP,
                                "",
                                Duration.ofHours(1),
                                Duration.ofSeconds(2)));
    }
}
