package org.imprimatur.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * A libvirtd with directories of its own, which sees them in the places where libvirt looks: what
 * the machine has of libvirt is not touched.
 */
final class PrivateLibvirt implements AutoCloseable {

    private static final List<String> NEEDED =
            List.of("libvirtd", "virsh", "qemu-system-x86_64", "qemu-img", "unshare", "hostname");

    private final Path home;
    private Process daemon;

    /**
     * Keeps it all there, and believes to be on a host of that name. What QEMU can do, which takes
     * seconds to find out, is kept beside, for all hosts.
     */
    PrivateLibvirt(Path home, String host) throws IOException {
        this.home = home;
        for (var part : List.of("etc/hooks", "etc/qemu", "run", "lib", "../cache", "log")) {
            Files.createDirectories(home.resolve(part));
        }
        Files.createSymbolicLink(home.resolve("cache"), Path.of("../cache"));
        Files.writeString(
                home.resolve("etc/libvirtd.conf"),
                """
                auth_unix_rw = "none"
                auth_unix_ro = "none"
                host_uuid = "%s"
                """
                        .formatted(UUID.nameUUIDFromBytes(host.getBytes(UTF_8))));
        Files.writeString(
                home.resolve("etc/qemu.conf"),
                """
                security_driver = "none"
                namespaces = []
                cgroup_controllers = []
                user = "root"
                group = "root"
                stdio_handler = "file"
                """);
        Files.writeString(
                home.resolve("start"),
                """
                set -e
                hostname %2$s
                for part in etc run var/lib var/cache var/log; do
                    mkdir -p /$part/libvirt
                    mount --bind %1$s/${part#var/} /$part/libvirt
                done
                exec libvirtd -f /etc/libvirt/libvirtd.conf -p %1$s/pid
                """
                        .formatted(home, host));
    }

    /** Why it cannot be had here; empty where it can. */
    static Optional<String> missing() throws IOException {
        for (var program : NEEDED) {
            boolean there =
                    List.of(System.getenv("PATH").split(":")).stream()
                            .anyMatch(part -> Files.isExecutable(Path.of(part, program)));
            if (!there) {
                return Optional.of(
                        program
                                + " is not installed (apt-get install --no-install-recommends"
                                + " libvirt-daemon-system libvirt-clients qemu-system-x86 qemu-utils)");
            }
        }
        var may = run(List.of("unshare", "-m", "-u", "--propagation", "private", "true"));
        return may.status() == 0
                ? Optional.empty()
                : Optional.of("only root may give libvirtd directories of its own");
    }

    /** Where it looks for hooks. */
    Path hooks() {
        return home.resolve("etc/hooks");
    }

    void start() throws IOException, InterruptedException {
        daemon =
                new ProcessBuilder(
                                "unshare",
                                "-m",
                                "-u",
                                "--propagation",
                                "private",
                                "sh",
                                home.resolve("start").toString())
                        .redirectErrorStream(true)
                        .redirectOutput(home.resolve("log/daemon").toFile())
                        .start();
        for (int i = 0; i < 1200; i++) {
            if (virsh("version").status() == 0) {
                return;
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        throw new IllegalStateException(Files.readString(home.resolve("log/daemon")));
    }

    /** Ends the daemon; machines run on. */
    void stop() {
        daemon.destroy();
        try {
            if (!daemon.waitFor(20, TimeUnit.SECONDS)) {
                daemon.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How programs of this machine reach it. */
    String address() {
        return address(home);
    }

    /** The QEMU that a running machine is. */
    ProcessHandle qemu(String machine) throws IOException {
        var pid = Files.readString(home.resolve("run/qemu/" + machine + ".pid")).strip();
        return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    }

    /** How they reach one that keeps it all there. */
    static String address(Path home) {
        return "qemu:///system?socket=" + home.resolve("run/libvirt-sock");
    }

    Ran virsh(String... words) throws IOException {
        var all = new ArrayList<>(List.of("virsh", "-c", address()));
        all.addAll(List.of(words));
        return run(all);
    }

    /** Runs a program of the machine. */
    static Ran run(List<String> command) throws IOException {
        var out = Files.createTempFile("out", ".txt");
        var err = Files.createTempFile("err", ".txt");
        try {
            var process =
                    new ProcessBuilder(command)
                            .redirectOutput(out.toFile())
                            .redirectError(err.toFile())
                            .start();
            process.getOutputStream().close();
            int status = process.waitFor();
            return new Ran(status, Files.readString(out, UTF_8), Files.readString(err, UTF_8));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    /** Ends the machines that still run, then the daemon. */
    @Override
    public void close() throws IOException {
        if (daemon != null) {
            for (var name : virsh("list", "--name").out().split("\\s+")) {
                if (!name.isEmpty()) {
                    virsh("destroy", name);
                }
            }
            stop();
        }
    }
}
