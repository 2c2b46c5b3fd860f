package org.imprimatur.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.imprimatur.disk.DiskImage;
import org.imprimatur.disk.FilePath;
import org.imprimatur.disk.Limits;
import org.imprimatur.disk.Note;
import org.imprimatur.disk.Unread;
import org.imprimatur.disk.VolumeContent;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.FoundSecret;
import org.imprimatur.inspect.rules.Finding;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A system spread over partitions, as its fstab says. */
class MountedFilesTest {

    @TempDir private Path temporary;

    private DiskImage open(String name) throws IOException {
        return DiskImage.open(Fixtures.image(name, temporary), Limits.DEFAULT);
    }

    private static List<GuestVolume> volumes(DiskImage image) throws IOException {
        var found = new ArrayList<GuestVolume>();
        for (var volume : image.volumes()) {
            if (volume.content() instanceof VolumeContent.FileSystemContent(var fileSystem)) {
                found.add(new GuestVolume(volume, fileSystem, Limits.DEFAULT, new ArrayList<>()));
            }
        }
        return found;
    }

    private static GuestVolume volume(List<GuestVolume> all, String id) {
        return all.stream().filter(each -> each.volume().id().equals(id)).findFirst().orElseThrow();
    }

    private static MountedFiles system(List<GuestVolume> all, List<Note> notes) {
        var files = new MountedFiles(new MountedFiles.Mount(volume(all, "p2"), ""));
        var reader = new ConfigReader(files);
        files.mountAll(all, reader, notes);
        assertThat(reader.unread()).isEmpty();
        return files;
    }

    private static String text(MountedFiles files, String path) {
        return new ConfigReader(files).text(path);
    }

    @Test
    void pathsLeadIntoWhatIsMountedAndLinksFromOneIntoAnother() throws Exception {
        try (var image = open("mounts.raw.gz")) {
            var files = system(volumes(image), new ArrayList<>());

            assertThat(text(files, "/etc/os-release")).contains("ID=debian");
            assertThat(text(files, "/lib/os-release")).contains("ID=debian");
            assertThat(text(files, "/lib/.././lib/os-release")).contains("ID=debian");
            assertThat(text(files, "/var/lib/dpkg/status")).contains("Package: dpkg");
            assertThat(text(files, "/var/friend/.bash_history")).isEqualTo("make\n");
            assertThat(text(files, "/boot/grub/grub.cfg")).contains("timeout");
            assertThat(files.names("/boot/efi")).containsExactly("EFI");
            assertThat(files.names("/home")).contains("alice", "lost+found");
            assertThat(files.link("/lib")).isEqualTo("usr/lib");
            assertThat(files.link("/var/friend")).isEqualTo("/home/alice");
            assertThat(files.link("/etc/passwd")).isNull();
            assertThat(text(files, "/nothing/at/all")).isNull();
            assertThat(files.find("/")).isNotNull();
        }
    }

    @Test
    void aFileIsKnownByThePathThatTheSystemSeesItBy() throws Exception {
        try (var image = open("mounts.raw.gz")) {
            var all = volumes(image);
            var files = system(all, new ArrayList<>());
            var history = FilePath.of("/alice/.bash_history");

            assertThat(files.guestPath(volume(all, "p5"), history))
                    .isEqualTo("/home/alice/.bash_history");
            assertThat(files.guestPath(volume(all, "p5"), FilePath.ROOT)).isEqualTo("/home/");
            assertThat(files.guestPath(volume(all, "p2"), FilePath.of("/etc/passwd")))
                    .isEqualTo("/etc/passwd");
            // The same name below, which nobody sees any more.
            assertThat(files.guestPath(volume(all, "p2"), FilePath.of("/home/alice/.bash_history")))
                    .isNull();
        }
    }

    @Test
    void whatFstabNamesAndTheImageLacksIsToldUnlessItNeedNotBeThere() throws Exception {
        try (var image = open("mounts.raw.gz")) {
            var notes = new ArrayList<Note>();
            system(volumes(image), notes);

            assertThat(notes.stream().map(Note::where)).containsExactly("/data");
            assertThat(notes.getFirst().text()).contains("was not found");
        }
    }

    @Test
    void theWholeSystemIsJudgedFromAllItsPartitions() throws Exception {
        var report = Fixtures.inspect("mounts.raw.gz", temporary);

        assertThat(report.unread()).isEmpty();
        assertThat(report.facts().os().id()).isEqualTo("debian");
        assertThat(report.facts().packages()).hasSize(1);
        assertThat(report.findings().stream().map(Finding::path))
                .contains("/home/alice/.bash_history", "p2:/home/alice/.bash_history");
    }

    @Test
    void aNeededMountThatIsMissingMakesTheInspectionIncomplete() throws Exception {
        var image = Fixtures.image("mounts.raw.gz", temporary);
        var bytes = new String(Files.readAllBytes(image), StandardCharsets.ISO_8859_1);
        try (var file = new RandomAccessFile(image.toFile(), "rw")) {
            file.seek(bytes.indexOf("/dev/vda5 /home"));
            file.write("/dev/vdb5 /home".getBytes(StandardCharsets.US_ASCII));
        }
        var report = Inspection.run(image, Fixtures.FULL, ProgressListener.NONE);

        assertThat(report.unread().toString())
                .contains("/home", "is mounted from /dev/vdb5, which was not found");
    }

    @ParameterizedTest
    @CsvSource({
        "UUID=6f6e6520-6661-6c73-6520-737065656411, p2",
        "UUID=6F6E6520-6661-6C73-6520-737065656411, p2",
        "uuid=abcd-1234, p1",
        "/dev/disk/by-uuid/ABCD-1234, p1",
        "LABEL=the boot, p6",
        "/dev/disk/by-label/the\\x20boot, p6",
        "PARTLABEL=state, p4",
        "PARTUUID=6f6e6520-6661-6c73-6520-737065656422, p3",
        "/dev/sda5, p5",
        "/dev/xvda5, p5",
        "/dev/nvme0n1p5, p5",
        "/dev/mmcblk0p5, p5",
        "/dev/sdb5, ''",
        "/dev/sda, ''",
        "/dev/sda55, ''",
        "/dev/nvme1n1p5, ''",
        "UUID=, ''",
        "PARTUUID=, ''",
        "LABEL=, ''",
        "PARTLABEL=, ''",
        "/dev/mapper/vg0-root, ''",
    })
    void aDeviceIsFoundByEveryNameItHas(String device, String id) throws Exception {
        try (var image = open("mounts.raw.gz")) {
            assertThat(named(device, volumes(image))).isEqualTo(id);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/dev/vg0/root, vg0/root",
        "/dev/mapper/vg0-root, vg0/root",
        "/dev/mapper/vg0-data--striped, vg0/data-striped",
        "/dev/vg0/data-striped, vg0/data-striped",
        "LABEL=root, vg0/root",
        "/dev/mapper/vg0-data-striped, ''",
        "/dev/vg0/swap, ''",
    })
    void aLogicalVolumeIsFoundByItsNames(String device, String id) throws Exception {
        try (var image = open("lvm.raw.gz")) {
            assertThat(named(device, volumes(image))).isEqualTo(id);
        }
    }

    @Test
    void aPartitionOfAnMbrIsFoundByTheNumberOfItsDisk() throws Exception {
        var disk = Fixtures.image("mini-clean.mbr-ext4.raw.gz", temporary);
        try (var file = new RandomAccessFile(disk.toFile(), "rw")) {
            file.seek(440);
            file.write(new byte[] {0x0d, 0x0c, 0x0b, 0x0a});
        }
        try (var image = DiskImage.open(disk, Limits.DEFAULT)) {
            assertThat(named("PARTUUID=0a0b0c0d-01", volumes(image))).isEqualTo("p1");
        }
    }

    private static String named(String device, List<GuestVolume> all) {
        var line = new Fstab(device, "/x", "ext4", List.of());
        return all.stream()
                .filter(line::isOf)
                .map(each -> each.volume().id())
                .findFirst()
                .orElse("");
    }

    @Test
    void aMountPointIsNoPartOfAnotherWhoseNameBeginsAlike() throws Exception {
        try (var image = open("btrfs-subvolumes.raw.gz")) {
            var all = volumes(image);
            var files = new MountedFiles(new MountedFiles.Mount(all.getFirst(), "/@"));
            var uuid = "UUID=" + all.getFirst().fileSystem().mountId();
            var lines =
                    Fstab.parse(
                            List.of(
                                    uuid + " /mnt btrfs subvol=@home",
                                    uuid + " /mnt-whole btrfs subvolid=5",
                                    uuid + " /mnt/deep btrfs subvolid=5",
                                    uuid + " /mnt0 btrfs subvolid=5"));

            files.mountAll(lines, all, new ConfigReader(files), new ArrayList<>());

            assertThat(text(files, "/mnt/file")).hasSize(4);
            assertThat(text(files, "/mnt-whole/@home/file")).hasSize(4);
            assertThat(text(files, "/mnt/deep/@home/file")).hasSize(4);
            assertThat(text(files, "/mnt0/@home/file")).hasSize(4);
            assertThat(text(files, "/mnt0/file")).isNull();
            assertThat(text(files, "/mnt/deeper/file")).isNull();
            assertThat(text(files, "/etc/hostname")).isNotNull();
            assertThat(text(files, "/zzz/file")).isNull();
        }
    }

    @Test
    void subvolumesAreMountedByNameByNumberAndByDefault() throws Exception {
        try (var image = open("btrfs-subvolumes.raw.gz")) {
            var all = volumes(image);
            var disk = all.getFirst();
            var home =
                    disk.subvolumes().stream()
                            .filter(each -> each.path().toString().equals("/@home"))
                            .findFirst()
                            .orElseThrow();
            var files = new MountedFiles(new MountedFiles.Mount(disk, "/@"));
            var reader = new ConfigReader(files);
            var uuid = "UUID=" + disk.fileSystem().mountId();
            var lines =
                    Fstab.parse(
                            List.of(
                                    uuid + " /home btrfs subvol=@home 0 0",
                                    uuid + " /mnt/a btrfs noatime,subvolid=%d".formatted(home.id()),
                                    uuid + " /mnt/b btrfs subvol=/snapshots/old/1,ro",
                                    uuid + " /mnt/whole btrfs subvolid=5",
                                    uuid + " /mnt/default btrfs defaults",
                                    "/home /mnt/bind none bind",
                                    uuid + " /opt btrfs subvol=@opt"));

            files.mountAll(lines, all, reader, new ArrayList<>());

            assertThat(text(files, "/etc/hostname")).isNotNull();
            assertThat(text(files, "/home/file")).hasSize(4);
            assertThat(text(files, "/mnt/a/file")).hasSize(4);
            assertThat(text(files, "/mnt/bind/file")).hasSize(4);
            assertThat(text(files, "/mnt/b/etc/os-release")).hasSize(3000);
            assertThat(text(files, "/mnt/whole/@home/file")).hasSize(4);
            assertThat(files.names("/mnt/default")).isNotEmpty();
            assertThat(reader.unread().toString())
                    .contains("/opt", "a subvolume '@opt' that disk does not have");
            assertThat(files.guestPath(disk, FilePath.of("/@/etc/hostname")))
                    .isEqualTo("/etc/hostname");
            assertThat(files.guestPath(disk, FilePath.of("/@home/file"))).isEqualTo("/home/file");
        }
    }

    @Test
    void ofSeveralSystemsInSubvolumesOneIsJudgedAndTheOthersAreSaidNotToBe() throws Exception {
        var report = Fixtures.inspect("btrfs-writable-snapshot.raw.gz", temporary);

        assertThat(report.unread().toString())
                .contains(
                        "disk:/snapshots/1: holds a second operating system beside that of disk:/@");
    }

    @Test
    void aReadOnlySnapshotIsToldAndSearchedAndNoSystemOfItsOwn() throws Exception {
        var report = Fixtures.inspect("btrfs-snapshot.raw.gz", temporary);

        assertThat(report.unread()).extracting(Unread::where).containsOnly("/var/lib/dpkg/status");
        assertThat(report.notes())
                .extracting(Note::where, Note::text)
                .contains(
                        tuple(
                                "disk:/snapshots/1",
                                "is a read-only snapshot of the system on disk:/@: its files are looked at,"
                                        + " its configuration is not judged"));
        assertThat(report.facts().secrets())
                .extracting(FoundSecret::path)
                .containsExactlyInAnyOrder(
                        "/etc/ldap.secret",
                        "disk:/snapshots/1/etc/ldap.secret",
                        "disk:/snapshots/2/etc/ldap.secret",
                        "/root/.pgpass",
                        "disk:/snapshots/1/root/.netrc",
                        "disk:/snapshots/1/root/.pgpass",
                        "disk:/snapshots/2/root/.pgpass");
    }

    @Test
    void whatSnapshotsShareIsReadOnce() throws Exception {
        var most = new AtomicLong();

        Inspection.run(
                Fixtures.image("btrfs-snapshot.raw.gz", temporary),
                Fixtures.FULL,
                (stage, done, _) -> {
                    if (stage == Stage.SCAN) {
                        most.accumulateAndGet(done, Math::max);
                    }
                });

        assertThat(most.get()).isBetween(300_000L, 302_000L);
    }

    @Test
    void linesOfFstabAreReadAsMountReadsThem() {
        var lines =
                Fstab.parse(
                        List.of(
                                "# comment",
                                "",
                                "  LABEL=\"a\\040b\"\t/with\\040space/ ext4 rw,subvol=@x,nofail 0 0",
                                "/a /b none bind",
                                "too few",
                                "server:/x /net nfs4",
                                "x none swap sw"));

        assertThat(lines).hasSize(3);
        assertThat(lines.get(0).device()).isEqualTo("LABEL=a b");
        assertThat(lines.get(0).point()).isEqualTo("/with space");
        assertThat(lines.get(0).option("subvol")).isEqualTo("@x");
        assertThat(lines.get(0).isOptional()).isTrue();
        assertThat(lines.get(0).isOnDisk()).isTrue();
        assertThat(lines.get(1).isBind()).isTrue();
        assertThat(lines.get(2).isOnDisk()).isFalse();
    }
}
