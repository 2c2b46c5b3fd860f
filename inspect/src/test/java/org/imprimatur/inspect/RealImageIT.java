package org.imprimatur.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.cyclonedx.Version;
import org.cyclonedx.parsers.JsonParser;
import org.imprimatur.disk.DiskImage;
import org.imprimatur.disk.Limits;
import org.imprimatur.disk.VolumeContent;
import org.imprimatur.inspect.facts.GenerationTool;
import org.imprimatur.inspect.rules.Severity;
import org.imprimatur.register.Clause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real Debian disk that {@code images/build-debian.sh} makes, clean and with faults. */
class RealImageIT {

    @TempDir private Path temporary;

    private static Path built(String name) {
        var cache = System.getenv("IMPRIMATUR_CACHE");
        var directory =
                cache == null
                        ? Path.of(System.getProperty("user.home"), ".cache", "imprimatur")
                        : Path.of(cache);
        var file = directory.resolve("images").resolve(name);
        assumeTrue(Files.exists(file), "images/build-debian.sh has not made " + file);
        return file;
    }

    /** Without the digests, which other tests compare, and which take long in a test's JVM. */
    private static Report inspect(String name) throws IOException {
        var full = Fixtures.FULL;
        var options =
                new Options(
                        full.tool(),
                        full.profile(),
                        full.at(),
                        full.limits(),
                        2,
                        false,
                        true,
                        false,
                        null,
                        GenerationTool.NOT_ASKED);
        return Inspection.run(built(name), options, ProgressListener.NONE);
    }

    private static List<String> packages(Report report) {
        return report.facts().packages().stream()
                .map(each -> String.join("\t", each.name(), each.version(), each.architecture()))
                .toList();
    }

    @Test
    void aCarefullyMadeImageHasNoBlockingFinding() throws Exception {
        var report = inspect("debian-clean.qcow2");

        assertThat(report.unread()).isEmpty();
        assertThat(report.findings(Severity.BLOCK)).isEmpty();
        assertThat(report.findings(Severity.WARN))
                .extracting(each -> each.rule().id())
                .containsExactly("network.no-firewall");
        assertThat(packages(report))
                .isEqualTo(Files.readAllLines(built("debian-clean.packages.tsv")));
        assertThat(new JsonParser().validate(Sbom.bytes(report), Version.VERSION_16)).isEmpty();
        assertThat(SbomTest.spdxFaults(SbomForm.SPDX.bytes(report))).isEmpty();
    }

    @Test
    void whatPythonFindsInstalledBelongsToPackagesOfTheDistributionAndNoFileIsAltered()
            throws Exception {
        var report = inspect("debian-clean.qcow2");

        assertThat(report.facts().otherPackages())
                .isNotEmpty()
                .allSatisfy(each -> assertThat(each.owner()).as(each.name()).isNotEmpty());
        assertThat(report.facts().files().altered()).isZero();
        assertThat(report.facts().files().remarkable())
                .allSatisfy(each -> assertThat(each.path()).startsWith("/etc/"));
    }

    @Test
    @Clause({"END-4.2.d", "END-4.2.d2", "EGI-5.2.d", "EGI-5.2.e", "TVM-3.7.6", "TVM-3.7.7"})
    void everyPlantedFaultIsFound() throws Exception {
        var report = inspect("debian-faulty.qcow2");

        assertThat(report.unread()).isEmpty();
        assertThat(report.findings(Severity.BLOCK))
                .extracting(each -> each.rule().id() + " " + each.path())
                .containsExactly(
                        "account.password-usable /etc/shadow",
                        "account.root-password /etc/shadow",
                        "key.private /etc/ssl/private/service.key",
                        "key.private /root/backup.pem",
                        "ssh.authorized-keys /root/.ssh/authorized_keys",
                        "ssh.host-key /etc/ssh/ssh_host_ed25519_key",
                        "ssh.host-key /etc/ssh/ssh_host_rsa_key",
                        "ssh.private-key /home/builder/.ssh/id_ed25519",
                        "sshd.password-authentication"
                                + " /etc/ssh/sshd_config.d/50-cloud-init.conf",
                        "sudo.nopasswd /etc/sudoers.d/90-builder");
        assertThat(report.findings(Severity.WARN))
                .extracting(each -> each.rule().id())
                .containsExactly(
                        "account.unexpected-user",
                        "history.shell",
                        "identity.machine-id",
                        "network.no-firewall");
    }

    @Test
    void whatWasPlantedIsWhatAComparisonTells() throws Exception {
        var options = Fixtures.FULL.withoutDigests();
        var comparison =
                Comparison.of(
                        ComparisonTest.side(built("debian-clean.qcow2"), options),
                        ComparisonTest.side(built("debian-faulty.qcow2"), options));

        assertThat(comparison.isComplete()).isTrue();
        assertThat(ComparisonTest.told(comparison))
                .containsExactlyInAnyOrderElementsOf(
                        ComparisonTest.expected(
                                Files.readAllLines(built("debian-clean.files.tsv")),
                                Files.readAllLines(built("debian-faulty.files.tsv"))));
        assertThat(comparison.changes(Comparison.Topic.PACKAGES)).isEmpty();
        assertThat(comparison.newFindings())
                .extracting(each -> each.rule().id() + " " + each.path())
                .contains("account.root-password /etc/shadow", "key.private /root/backup.pem");
    }

    @Test
    void packagesAndTheirSourcesAreThoseThatDpkgQueryTells() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/dpkg-query")), "needs dpkg-query");
        var report = inspect("debian-clean.qcow2");
        extract(built("debian-clean.qcow2"), "/var/lib/dpkg/status", temporary.resolve("status"));
        Files.createDirectory(temporary.resolve("info"));

        var told =
                run(
                        "/usr/bin/dpkg-query",
                        "--admindir=" + temporary,
                        "-W",
                        "-f",
                        "${db:Status-Status} ${Package} ${Version} ${Architecture}"
                                + " ${source:Package} ${source:Version}\n");

        assertThat(
                        report.facts().packages().stream()
                                .map(
                                        each ->
                                                String.join(
                                                        " ",
                                                        "installed",
                                                        each.name(),
                                                        each.version(),
                                                        each.architecture(),
                                                        each.source(),
                                                        each.sourceVersion())))
                .containsExactlyInAnyOrderElementsOf(
                        told.stream().filter(line -> line.startsWith("installed ")).toList());
    }

    private static void extract(Path image, String path, Path to) throws IOException {
        try (var disk = DiskImage.open(image, Limits.DEFAULT);
                var out = Files.newOutputStream(to)) {
            for (var volume : disk.volumes()) {
                if (volume.content() instanceof VolumeContent.FileSystemContent(var fileSystem)) {
                    var guest =
                            new GuestVolume(volume, fileSystem, Limits.DEFAULT, new ArrayList<>());
                    guest.read(
                            path,
                            1L << 30,
                            (buffer, from, length) ->
                                    assertThat(write(out, buffer, from, length)).isTrue());
                }
            }
        }
    }

    private static boolean write(OutputStream out, byte[] buffer, int from, int length) {
        try {
            out.write(buffer, from, length);
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private static List<String> run(String... command) throws Exception {
        var process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(Arrays.toString(command)).isZero();
        return out.lines().toList();
    }
}
