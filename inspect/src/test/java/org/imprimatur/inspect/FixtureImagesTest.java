package org.imprimatur.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.cyclonedx.parsers.JsonParser;
import org.imprimatur.disk.ImageException;
import org.imprimatur.inspect.facts.GenerationTool;
import org.imprimatur.inspect.packages.InstalledPackage;
import org.imprimatur.inspect.rules.Severity;
import org.imprimatur.register.Clause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole inspections of the small images: clean, with planted faults, and damaged. */
class FixtureImagesTest {

    @TempDir private Path temporary;

    static List<String> clean() {
        return Fixtures.names("mini-clean.");
    }

    static List<String> faulty() {
        return Fixtures.names("mini-faulty.");
    }

    static List<String> bad() {
        return Fixtures.names("bad/").stream()
                .filter(name -> !name.startsWith("bad/good"))
                .filter(name -> !HARMLESS.contains(name))
                .toList();
    }

    /** Odd, and yet all of it can be read. */
    private static final List<String> HARMLESS =
            List.of("bad/ext4-huge-sparse-file.raw.gz", "bad/ext4-needs-recovery.raw.gz");

    private static List<String> packages(Report report) {
        return report.facts().packages().stream()
                .map(each -> String.join("\t", each.name(), each.version(), each.architecture()))
                .toList();
    }

    private static List<String> findings(Report report, Severity severity) {
        return report.findings(severity).stream()
                .map(each -> each.rule().id() + " " + each.path())
                .toList();
    }

    @ParameterizedTest
    @MethodSource
    void clean(String name) throws Exception {
        var report = Fixtures.inspect(name, temporary);

        assertThat(report.unread()).isEmpty();
        assertThat(report.completeness()).isEqualTo(Report.Completeness.COMPLETE);
        assertThat(findings(report, Severity.BLOCK)).isEmpty();
        assertThat(report.verdict()).isEqualTo(Report.Verdict.PASS);
        assertThat(packages(report)).isEqualTo(Fixtures.lines("mini-clean.packages.tsv"));
        assertThat(report.facts().os().id()).isEqualTo("debian");
        assertThat(report.facts().architecture()).isEqualTo("amd64");
    }

    @ParameterizedTest
    @MethodSource
    @Clause({"END-4.2.d", "END-4.2.d2", "EGI-5.2.d", "EGI-5.2.e", "TVM-3.7.6", "TVM-3.7.7"})
    void faulty(String name) throws Exception {
        var report = Fixtures.inspect(name, temporary);

        assertThat(report.completeness()).isEqualTo(Report.Completeness.COMPLETE);
        assertThat(report.verdict()).isEqualTo(Report.Verdict.FAIL);
        assertThat(findings(report, Severity.BLOCK))
                .containsExactly(
                        "account.password-usable /etc/shadow",
                        "account.root-password /etc/shadow",
                        "key.private /etc/ssl/private/service.key",
                        "key.private /root/backup.pem",
                        "ssh.authorized-keys /root/.ssh/authorized_keys",
                        "ssh.host-key /etc/ssh/ssh_host_ed25519_key",
                        "ssh.private-key /home/builder/.ssh/id_ed25519",
                        "sshd.password-authentication"
                                + " /etc/ssh/sshd_config.d/50-cloud-init.conf",
                        "sudo.nopasswd /etc/sudoers.d/90-builder");
        assertThat(findings(report, Severity.WARN))
                .containsExactly(
                        "account.unexpected-user /etc/passwd",
                        "cloud.none ",
                        "file.setuid /srv/shapes/hello",
                        "file.setuid /srv/shapes/links/hard-1",
                        "file.setuid /srv/shapes/links/hard-2",
                        "history.shell /home/builder/.bash_history",
                        "identity.machine-id /etc/machine-id",
                        "key.private-encrypted /home/builder/.ssh/id_encrypted",
                        "logging.none /etc/systemd/system",
                        "logging.time /etc/systemd/system",
                        "network.no-firewall ",
                        "update.manual ");
        assertThat(findings(report, Severity.INFO))
                .containsExactly(
                        "key.vendor /usr/share/sample-keys/server.key",
                        "licence.unknown ",
                        "logging.no-remote ");
        assertThat(packages(report)).isEqualTo(Fixtures.lines("mini-faulty.packages.tsv"));
    }

    @Test
    void theFactsAreTheSameInEveryContainerAndFileSystem() throws Exception {
        for (var names : List.of(clean(), faulty())) {
            var first = Fixtures.inspect(names.getFirst(), temporary);
            for (var name : names) {
                var facts = Fixtures.inspect(name, temporary).facts();
                assertThat(facts)
                        .as(name)
                        .usingRecursiveComparison()
                        .ignoringFields("freeSpace", "image", "files.unownedBytes")
                        .isEqualTo(first.facts());
            }
        }
    }

    @Test
    void theContentRootNamesTheDiskAndTheDigestNamesTheFile() throws Exception {
        var roots = new TreeSet<String>();
        var digests = new TreeSet<String>();
        for (var name : clean()) {
            if (name.contains("qcow2")) {
                var report = Fixtures.inspect(name, temporary);
                roots.add(report.digests().contentRoot());
                digests.add(report.digests().sha512());
            }
        }

        assertThat(roots).hasSize(1);
        assertThat(digests).hasSize(3);
    }

    @Test
    void theReportIsTheSameOnOneThreadAndOnFour() throws Exception {
        var image = Fixtures.image("mini-faulty.v3-zlib.qcow2", temporary);
        var documents = new TreeSet<String>();
        for (int threads : new int[] {1, 2, 4}) {
            var full = Fixtures.FULL;
            var options =
                    new Options(
                            full.tool(),
                            full.profile(),
                            full.at(),
                            full.limits(),
                            threads,
                            true,
                            true,
                            false,
                            null,
                            GenerationTool.NOT_ASKED);
            var report = Inspection.run(image, options, ProgressListener.NONE);
            documents.add(new String(ReportJson.bytes(report)) + new String(Sbom.bytes(report)));
        }

        assertThat(documents).hasSize(1);
    }

    @Test
    void aQuickInspectionFindsTheFactsAndNeverClaimsToBeComplete() throws Exception {
        var image = Fixtures.image("mini-faulty.v3-zlib.qcow2", temporary);

        var report = Inspection.run(image, Fixtures.FULL.quick(), ProgressListener.NONE);

        assertThat(report.completeness()).isEqualTo(Report.Completeness.INCOMPLETE);
        assertThat(report.digests()).isEqualTo(new Report.Digests("", ""));
        assertThat(findings(report, Severity.BLOCK))
                .contains(
                        "account.root-password /etc/shadow",
                        "ssh.host-key /etc/ssh/ssh_host_ed25519_key",
                        "ssh.private-key /home/builder/.ssh/id_ed25519")
                .doesNotContain("key.private /root/backup.pem");
    }

    /** Nobody may say of a damaged image that there is nothing in it. */
    @ParameterizedTest
    @MethodSource
    void bad(String name) throws Exception {
        Report report;
        try {
            report = Fixtures.inspect(name, temporary);
        } catch (ImageException e) {
            assertThat(e.explanation()).isNotBlank();
            return;
        }
        assertThat(report.completeness()).isEqualTo(Report.Completeness.INCOMPLETE);
        assertThat(report.verdict()).isEqualTo(Report.Verdict.FAIL);
        assertThat(findings(report, Severity.BLOCK))
                .containsAll(
                        report.unread().stream()
                                .map(each -> "inspection.incomplete " + each.where())
                                .toList());
    }

    @Test
    void anOddButReadableImageIsComplete() throws Exception {
        for (var name : HARMLESS) {
            assertThat(Fixtures.inspect(name, temporary).unread()).as(name).isEmpty();
        }
    }

    @Test
    void aFileSystemThatWasInUseIsAFinding() throws Exception {
        for (var name :
                List.of(
                        "journal-csum-v3.raw.gz",
                        "xfs-dirty.raw.gz",
                        "bad/ext4-needs-recovery.raw.gz")) {
            assertThat(findings(Fixtures.inspect(name, temporary), Severity.WARN))
                    .as(name)
                    .anyMatch(each -> each.startsWith("disk.unclean-journal "));
        }
    }

    @Test
    void whatIsNoImageIsRefused() throws Exception {
        var file = temporary.resolve("noise");
        Files.write(file, new byte[100_000]);

        assertThatThrownBy(() -> Inspection.run(file, Fixtures.FULL, ProgressListener.NONE))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("no file system");
        assertThatThrownBy(() -> Inspection.run(temporary, Fixtures.FULL, ProgressListener.NONE))
                .isInstanceOf(ImageException.class);
    }

    @Test
    void everyPackageOfTheImageIsInTheBillOfMaterials() throws Exception {
        var report = Fixtures.inspect("mini-clean.v3-zlib.qcow2", temporary);

        var bom = new JsonParser().parse(Sbom.bytes(report));

        assertThat(bom.getComponents().stream().skip(1).map(each -> each.getName()))
                .containsExactlyElementsOf(
                        report.facts().packages().stream().map(InstalledPackage::name).toList());
        assertThat(bom.getMetadata().getComponent().getHashes().getFirst().getValue())
                .isEqualTo(report.digests().sha512());
    }

    @Test
    void progressIsToldForEachStageOfLongWork() throws Exception {
        var heard = new ConcurrentHashMap<Stage, Long>();

        Inspection.run(
                Fixtures.image("mini-clean.v3-zlib.qcow2", temporary),
                Fixtures.FULL,
                (stage, done, total) -> heard.merge(stage, done, Math::max));

        assertThat(heard).containsKeys(Stage.SCAN, Stage.FILE_DIGEST, Stage.CONTENT_TREE);
        assertThat(Map.copyOf(heard).values()).allMatch(done -> done > 0);
    }
}
