package org.imprimatur.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.imprimatur.disk.DiskImage;
import org.imprimatur.disk.FileTree;
import org.imprimatur.disk.FileType;
import org.imprimatur.disk.Limits;
import org.imprimatur.disk.VolumeContent.FileSystemContent;
import org.imprimatur.trust.TrialAuthority.KeyKind;

/**
 * Makes the start-up caches at build time. Each is what Java keeps of a run of the commands that it
 * is for, and of nothing else: a cache is taken up whole when a command starts, so that classes of
 * other commands cost time. Not a part of the program.
 */
final class Rehearsal {

    /** One of each kind that images of systems mostly have, beside ext4. */
    private static final List<String> DISKS =
            List.of(
                    "btrfs-subvolumes.raw.gz",
                    "xfs-default.raw.gz",
                    "lvm.raw.gz",
                    "containers/zstd-4k.qcow2.gz");

    /** What is rehearsed together: one cache, which the launcher knows by the name. */
    private enum Scene {
        /** Inspections that do not search the content of files. */
        QUICK,
        INSPECT,
        VERIFY,
        /** The last two, and the help: for all other commands. */
        IMPRIMATUR;

        String cacheName() {
            return name().toLowerCase(Locale.ROOT) + ".aot";
        }
    }

    private final Path checkout;
    private final Path home;

    private Rehearsal(Path checkout, Path home) {
        this.checkout = checkout;
        this.home = home;
    }

    /**
     * With a checkout and the directory of the program, makes all caches and then the file that
     * says so. With a checkout, a directory that was prepared, and the name of a scene, plays that.
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        var checkout = Path.of(args[0]);
        if (args.length == 3) {
            new Rehearsal(checkout, Path.of(args[1])).play(Scene.valueOf(args[2]));
            return;
        }
        var program = Path.of(args[1]);
        var home = Files.createTempDirectory("imprimatur-rehearsal-");
        try {
            var rehearsal = new Rehearsal(checkout, home);
            rehearsal.prepare();
            rehearsal.makeCaches(program);
        } finally {
            Demo.remove(home);
        }
        Files.writeString(program.resolve("ready"), "");
    }

    private void makeCaches(Path program) throws IOException, InterruptedException {
        var playing = new ArrayList<Process>();
        for (var scene : Scene.values()) {
            playing.add(
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-XX:AOTCacheOutput=" + program.resolve(scene.cacheName()),
                                    "-XX:+UseSerialGC",
                                    "-Xlog:all=error",
                                    "-cp",
                                    program.resolve("lib/imprimatur.jar").toString(),
                                    Rehearsal.class.getName(),
                                    checkout.toString(),
                                    home.toString(),
                                    scene.name())
                            .inheritIO()
                            .start());
        }
        for (var each : playing) {
            int status = each.waitFor();
            if (status != 0) {
                throw new IOException("a rehearsal ended with status " + status);
            }
        }
    }

    /** Authorities of the grid mostly have RSA keys, and people of either kind. */
    private void prepare() throws IOException {
        unpack("rehearsal.raw.gz");
        for (var disk : DISKS) {
            unpack(disk);
        }
        new TrialStory(home, KeyKind.RSA_2048).endorse(home, "image.qcow2", new byte[] {1});
    }

    private void unpack(String packed) throws IOException {
        try (var in =
                new GZIPInputStream(
                        Files.newInputStream(checkout.resolve("images/fixtures", packed)))) {
            Files.copy(in, unpacked(packed));
        }
    }

    private Path unpacked(String packed) {
        return home.resolve(Path.of(packed).getFileName().toString().replaceFirst("\\.gz$", ""));
    }

    private void play(Scene scene) {
        switch (scene) {
            case QUICK -> quick();
            case INSPECT -> inspect();
            case VERIFY -> verify();
            case IMPRIMATUR -> {
                run("--version");
                run("--help");
                run("endorse", "--help");
                run("verify", "--help");
                inspect();
                verify();
            }
        }
    }

    private void inspect() {
        var image = checkout.resolve("images/fixtures/mini-faulty.v3-zlib.qcow2").toString();
        run("inspect", image);
        run("inspect", image, "--quick");
        run("inspect", image, "--output", "json", "--sbom", home.resolve("sbom.json").toString());
        var system = unpacked("rehearsal.raw.gz").toString();
        run("inspect", system);
        run("inspect", system, "--quick", "--output", "json");
        for (var disk : DISKS) {
            run("inspect", unpacked(disk).toString(), "--quick");
        }
    }

    private void quick() {
        var system = unpacked("rehearsal.raw.gz").toString();
        run("inspect", system, "--quick", "--output", "json");
        run("inspect", system, "--quick");
        run(
                "inspect",
                checkout.resolve("images/fixtures/mini-faulty.v3-zlib.qcow2").toString(),
                "--quick");
        for (var disk : DISKS) {
            run("inspect", unpacked(disk).toString(), "--quick");
            read(unpacked(disk));
        }
    }

    /**
     * Reads small files and links of a disk that holds no system, whose files no quick inspection
     * reads.
     */
    private static void read(Path disk) {
        try (var image = DiskImage.open(disk, Limits.DEFAULT)) {
            for (var volume : image.volumes()) {
                if (volume.content() instanceof FileSystemContent(var fileSystem)) {
                    new FileTree(fileSystem, volume.size(), Limits.DEFAULT)
                            .list(
                                    (_, inode, _) -> {
                                        if (inode.isRegular() && inode.size() < 1 << 16) {
                                            var _ = fileSystem.readAll(inode, 1 << 16);
                                        } else if (inode.type() == FileType.SYMLINK) {
                                            var _ = fileSystem.readLink(inode);
                                        }
                                    });
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void verify() {
        run("--version");
        var image = home.resolve("image.qcow2").toString();
        var bundle = image + ".bundle.json";
        verify(bundle, "--require-crls");
        verify(bundle, image, "--output", "json");
        list();
    }

    /** By the files of the story, without its classes, which are no part of the program. */
    private void verify(String... what) {
        var line = new ArrayList<>(List.of("verify"));
        line.addAll(List.of(what));
        line.addAll(List.of("--charter", home.resolve("charter.json").toString()));
        line.addAll(List.of("--anchors", home.resolve("anchors").toString()));
        line.addAll(List.of("--at", TrialStory.AT));
        run(line.toArray(String[]::new));
    }

    private void list() {
        var lists = checkout.resolve("exchange/src/test/resources/hepix");
        var old = lists.resolve("rollback.list").toString();
        var next = lists.resolve("good.list").toString();
        var anchors = lists.resolve("anchors").toString();
        for (var form : List.of("text", "json")) {
            run(
                    "list",
                    "verify",
                    next,
                    "--previous",
                    old,
                    "--anchors",
                    anchors,
                    "--require-crls",
                    "--at",
                    TrialStory.AT,
                    "--output",
                    form);
        }
        run("list", "diff", old, next);
    }

    private static void run(String... command) {
        HeadStart.begin(command);
        Main.run(new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter()), command);
    }
}
