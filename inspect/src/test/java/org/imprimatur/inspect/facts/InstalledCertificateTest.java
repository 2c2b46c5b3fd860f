package org.imprimatur.inspect.facts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.imprimatur.inspect.keys.CertificateDetailsTest;
import org.junit.jupiter.api.Test;

class InstalledCertificateTest {

    @Test
    void aCertificateIsToldOnceWithAllItsFiles() {
        var files = new FilesInMemory();
        var found = new Found();
        for (var path :
                List.of(
                        "/etc/grid-security/certificates/0a1b2c3d.0",
                        "/etc/ssl/certs/own.pem",
                        "/usr/share/ca-certificates/offered/x.crt",
                        "/root/notes.txt")) {
            files.with(path, CertificateDetailsTest.AUTHORITY);
            found.name(path, 1);
        }
        found.name("/etc/ssl/certs/gone.pem", 1);
        found.name("vda1:/etc/ssl/certs/own.pem", 1);

        var told = InstalledCertificate.read(new ConfigReader(files), found.certificateFiles());

        assertThat(told).hasSize(1);
        assertThat(told.getFirst().details().subject()).startsWith("CN=CA #1");
        assertThat(told.getFirst().paths())
                .containsExactly(
                        "/etc/grid-security/certificates/0a1b2c3d.0", "/etc/ssl/certs/own.pem");
    }
}
