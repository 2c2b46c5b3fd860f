package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.spi.ToolProvider;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Sha256;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** A real libvirtd and QEMU, whose hook asks a node with its own database. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LibvirtIT {

    private static final AtomicInteger COUNT = new AtomicInteger();

    @TempDir static Path home;
    private static TrialNode node;
    private static Path command;
    private static PrivateLibvirt libvirt;
    private static String operator;

    /** What every machine may run. */
    private static Stored image;

    @BeforeAll
    static void start() throws Exception {
        var missing = PrivateLibvirt.missing();
        assumeTrue(missing.isEmpty(), () -> missing.orElse(""));
        NodeLog.from(Level.WARNING);
        TrialNode.keys(home, "Endorser", "Approver", "Operator");
        operator = PersonOptions.ofCertificate(keys().resolve("operator.pem")).subject();
        Files.createDirectories(home.resolve("pool"));
        site("1h");
        node =
                TrialNode.start(
                        home,
                        "catalogue.example/cli",
                        List.of("vo:biomed", "site:HERE"),
                        "site: site.yaml\n");
        node.enrol("endorser", "endorser", "vo:biomed");
        node.enrol("approver", "site-approver", "site:HERE");
        node.enrol("operator", "vm-operator", "site:HERE");

        command = command();
        libvirt = libvirt("wn1");
        image = stored();
    }

    /** A host with libvirt and the hook. */
    private static PrivateLibvirt libvirt(String host) throws Exception {
        var place = Files.createDirectories(home.resolve(host));
        var made = new PrivateLibvirt(place, host);
        var config = place.resolve("hook.yaml");
        var installed =
                Ran.of(
                        "site",
                        "install-hook",
                        "--hooks-dir",
                        made.hooks().toString(),
                        "--config",
                        config.toString(),
                        "--command",
                        command.toString(),
                        "--node",
                        url(),
                        "--store",
                        home.resolve("store").toString(),
                        "--operator",
                        operator,
                        "--class",
                        "infrastructure");
        assertThat(installed.status()).as(installed.err()).isZero();
        Files.writeString(
                config,
                "state: %s\npatience: 60s\n".formatted(place.resolve("state")),
                StandardOpenOption.APPEND);
        made.start();
        return made;
    }

    /** The site's file, which has trusted payload ended that no longer passes. */
    private static void site(String grace) throws IOException {
        Files.writeString(
                home.resolve("site.yaml"),
                """
                owner: "site:HERE"
                store: store
                transfer: {allow-file-locations: true}
                drivers:
                  - {name: pool, kind: directory, path: pool, libvirt: "%s"}
                instances:
                  terminate: {after: %s, classes: [trusted-payload], driver: pool}
                classes:
                  infrastructure: {trust: ["vo:biomed"], approval: required}
                  trusted-payload: {trust: ["vo:biomed"], approval: required}
                  payload: {approval: required}
                """
                        .formatted(PrivateLibvirt.address(home.resolve("{host}")), grace));
    }

    @AfterAll
    static void stop() throws Exception {
        if (libvirt != null) {
            libvirt.close();
        }
        if (node != null) {
            node.close();
        }
    }

    /**
     * The command as a program that libvirt can call. It is called often: what it was made of goes
     * into a start-up cache, which takes jars only.
     */
    private static Path command() throws IOException {
        var classPath =
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path"));
        var jars = new ArrayList<String>();
        for (var part : classPath.split(":")) {
            var path = Path.of(part).toAbsolutePath();
            jars.add(Files.isDirectory(path) ? jar(path, jars.size()) : path.toString());
        }
        var script = home.resolve("imprimatur");
        Files.writeString(
                script,
                """
                #!/bin/sh
                exec '%s/bin/java' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:+AutoCreateSharedArchive \\
                    -XX:SharedArchiveFile='%s' -Xlog:disable -Xlog:all=off -cp '%s' %s "$@"
                """
                        .formatted(
                                System.getProperty("java.home"),
                                home.resolve("command.jsa"),
                                String.join(":", jars),
                                Main.class.getName()));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        return script;
    }

    private static String jar(Path classes, int number) {
        var jar = home.resolve("classes-%d.jar".formatted(number)).toString();
        int status =
                ToolProvider.findFirst("jar")
                        .orElseThrow()
                        .run(System.out, System.err, "-c0f", jar, "-C", classes.toString(), ".");
        assertThat(status).isZero();
        return jar;
    }

    private static Path keys() {
        return home.resolve("keys");
    }

    private static String url() {
        return node.url();
    }

    private static JsonNode ask(String path) {
        return new NodeClient(URI.create(url())).json(path);
    }

    private static void pause() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(20);
    }

    private static Ran signed(String who, String... words) {
        var ran = node.signed(who, words);
        assertThat(ran.status()).as(ran.err()).isZero();
        return ran;
    }

    /** An image, endorsed and approved, in the site's store. */
    private record Stored(Path file, String digest) {

        void revoke() {
            signed(
                    "endorser",
                    "revoke",
                    digest,
                    "--reason",
                    "vulnerable",
                    "--explanation",
                    "a hole was found");
        }

        /** The same bytes in no store, so that they stay when the image is taken back. */
        Path copy() throws IOException {
            return Files.copy(file, home.resolve("copy-" + COUNT.incrementAndGet() + ".raw"));
        }
    }

    /** An image of its own, for whoever takes it back. */
    private static Stored stored() throws Exception {
        int count = COUNT.incrementAndGet();
        var image =
                Ran.unpacked(
                        "mini-clean.ext4.raw.gz",
                        Files.createTempDirectory(home, "image-" + count));
        try (var file = Files.newByteChannel(image, StandardOpenOption.WRITE)) {
            file.write(StandardCharsets.US_ASCII.encode("image %d".formatted(count)));
        }
        var endorsed =
                signed(
                        "endorser",
                        "endorse",
                        image.toString(),
                        "--owner",
                        "vo:biomed",
                        "--image-version",
                        "1.0",
                        "--location",
                        "file://" + image,
                        "--output",
                        "json");
        var id = endorsed.json().path("id").asText();
        signed("approver", "approve", id, "--site", "site:HERE");
        for (int i = 0; i < 6000; i++) {
            for (var one : ask("/api/v1/site/images?state=available").path("images")) {
                if (one.path("endorsement").asText().equals(id)) {
                    return new Stored(
                            Path.of(one.path("path").asText()), one.path("digest").asText());
                }
            }
            pause();
        }
        throw new AssertionError(ask("/api/v1/site/images").toString());
    }

    private static Path overlay(Path base, String format) throws IOException {
        var overlay = home.resolve("overlay-" + COUNT.incrementAndGet() + ".qcow2");
        var made =
                PrivateLibvirt.run(
                        List.of(
                                "qemu-img",
                                "create",
                                "-q",
                                "-f",
                                "qcow2",
                                "-b",
                                base.toString(),
                                "-F",
                                format,
                                overlay.toString()));
        assertThat(made.status()).as(made.err()).isZero();
        return overlay;
    }

    /** A machine; of its own, with what is put into its devices and its metadata. */
    private record Machine(String name, UUID uuid, Path definition) {

        static Machine of(Path disk, String format, String devices, String said)
                throws IOException {
            var name = "vm-" + COUNT.incrementAndGet();
            var uuid = UUID.randomUUID();
            var file = home.resolve(name + ".xml");
            Files.writeString(
                    file,
                    """
                    <domain type='qemu'>
                      <name>%s</name>
                      <uuid>%s</uuid>
                      <metadata>%s</metadata>
                      <memory unit='MiB'>16</memory>
                      <vcpu>1</vcpu>
                      <os><type arch='x86_64' machine='pc'>hvm</type></os>
                      <devices>
                        <disk type='file' device='disk'>
                          <driver name='qemu' type='%s'/>
                          <source file='%s'/>
                          <target dev='vda' bus='virtio'/>
                        </disk>
                        <controller type='usb' model='none'/>
                        <memballoon model='none'/>
                        %s
                      </devices>
                    </domain>
                    """
                            .formatted(name, uuid, said, format, disk, devices));
            return new Machine(name, uuid, file);
        }

        static Machine of(Path overlay) throws IOException {
            return of(overlay, "qcow2", "", "");
        }

        /** One of a class that the hook's configuration does not name. */
        static Machine of(Path overlay, String useClass) throws IOException {
            return of(
                    overlay,
                    "qcow2",
                    "",
                    """
                    <i:vm xmlns:i='https://imprimatur.org/libvirt/1'>
                      <i:class>%s</i:class></i:vm>
                    """
                            .formatted(useClass));
        }

        /** The QEMU that it runs in. */
        ProcessHandle qemu() throws IOException {
            return libvirt.qemu(name);
        }

        Ran start() throws IOException {
            return libvirt.virsh("create", definition.toString());
        }

        void end() throws IOException {
            var ended = libvirt.virsh("destroy", name);
            assertThat(ended.status()).as(ended.err()).isZero();
        }

        JsonNode instances() {
            return ask("/api/v1/site/instances?machine=" + uuid).path("instances");
        }

        /** The newest instance, once it has that member. */
        JsonNode instanceWith(String member) throws InterruptedException {
            for (int i = 0; i < 3000; i++) {
                var newest = instances().path(0);
                if (newest.has(member)) {
                    return newest;
                }
                pause();
            }
            throw new AssertionError("no " + member + ": " + instances());
        }
    }

    @Test
    @Clause({"EGI-2.operator", "EGI-4.4", "EGI-4.5", "END-2.operator", "WLCG-8"})
    void aMachineOnAnApprovedImageRunsAndIsOnRecordFromItsStartToItsEnd() throws Exception {
        var medium = Files.write(home.resolve("seed.iso"), new byte[64 << 10]);
        var machine =
                Machine.of(
                        overlay(image.file(), "raw"),
                        "qcow2",
                        """
                        <disk type='file' device='cdrom'><source file='%s'/>
                          <target dev='sda' bus='sata'/><readonly/></disk>
                        """
                                .formatted(medium),
                        """
                        <i:vm xmlns:i='https://imprimatur.org/libvirt/1'>
                          <i:consumer>CN=Carl</i:consumer></i:vm>
                        """);

        var started = machine.start();
        assertThat(started.status()).as(started.err()).isZero();
        var running = machine.instanceWith("startedAt");
        machine.end();
        var ended = machine.instanceWith("stoppedAt");

        assertThat(running.path("image").asText()).isEqualTo(image.digest());
        assertThat(running.path("operator").asText()).isEqualTo(operator);
        assertThat(running.path("host").asText()).isEqualTo("wn1");
        assertThat(running.path("state").asText()).isEqualTo("running");
        assertThat(running.path("consumers").toString()).isEqualTo("[\"CN=Carl\"]");
        assertThat(running.path("contextualisation").asText())
                .isEqualTo(Sha256.of(Files.readAllBytes(medium)).toString());
        assertThat(ended.path("id")).isEqualTo(running.path("id"));
        assertThat(ended.path("state").asText()).isEqualTo("stopped");
    }

    @Test
    @Clause({"END-2.operator", "EGI-4.4"})
    void anImageThatNobodyEndorsedIsRefusedByLibvirtInOurWords() throws Exception {
        var stranger = Files.write(home.resolve("stranger.raw"), new byte[1 << 20]);

        var whole = Machine.of(stranger, "raw", "", "");
        var refused = whole.start();
        var below = Machine.of(overlay(stranger, "raw")).start();

        assertThat(refused.status()).isNotZero();
        assertThat(refused.err()).contains("may not start", "[image-unknown, END-2.operator]");
        assertThat(below.status()).isNotZero();
        assertThat(below.err()).contains("[image-unknown, END-2.operator]");
        assertThat(whole.instances()).isEmpty();
    }

    @Test
    void nothingOfTheStoreIsWrittenTo() throws Exception {

        var refused = Machine.of(image.file(), "raw", "", "").start();

        assertThat(refused.status()).isNotZero();
        assertThat(refused.err()).contains("would write into", "overlay");
    }

    @Test
    @Clause("END-4.6")
    void afterARevocationTheNextStartIsRefusedAndWhatRunsCanStillEnd() throws Exception {
        var image = stored();
        var machine = Machine.of(overlay(image.file(), "raw"));
        assertThat(machine.start().status()).isZero();
        var copy = image.copy();
        image.revoke();

        machine.end();
        var ended = machine.instanceWith("stoppedAt");
        var again = Machine.of(overlay(copy, "raw")).start();

        assertThat(ended.path("state").asText()).isEqualTo("stopped");
        assertThat(again.status()).isNotZero();
        assertThat(again.err()).contains("[image-revoked", "a hole was found");
    }

    @Test
    @Clause({"END-4.6", "END-2.operator"})
    void aSavedMachineIsDecidedOnceMoreWhenItIsRestored() throws Exception {
        var image = stored();
        var machine = Machine.of(overlay(image.copy(), "raw"));
        assertThat(machine.start().status()).isZero();
        var saved = home.resolve(machine.name() + ".save");
        succeeds("save", machine.name(), saved.toString());
        var stopped = machine.instanceWith("stoppedAt");

        // As it was saved, and not with the disk of another.
        var other =
                Machine.of(
                        Files.write(home.resolve("other.raw"), new byte[1 << 20]), "raw", "", "");
        var exchanged =
                libvirt.virsh("restore", saved.toString(), "--xml", as(machine, other).toString());
        succeeds("restore", saved.toString());
        var restored = machine.instanceWith("startedAt");
        succeeds("define", machine.definition().toString());
        succeeds("managedsave", machine.name());
        machine.instanceWith("stoppedAt");
        image.revoke();
        var again = libvirt.virsh("start", machine.name());

        assertThat(stopped.path("state").asText()).isEqualTo("stopped");
        assertThat(exchanged.status()).isNotZero();
        assertThat(exchanged.err()).contains("[image-unknown");
        assertThat(restored.path("state").asText()).isEqualTo("running");
        assertThat(restored.path("id")).isNotEqualTo(stopped.path("id"));
        assertThat(again.status()).isNotZero();
        assertThat(again.err()).contains("[image-revoked", "a hole was found");
        assertThat(machine.instances()).hasSize(2);
    }

    private static void succeeds(String... words) throws IOException {
        var ran = libvirt.virsh(words);
        assertThat(ran.status()).as(ran.err()).isZero();
    }

    /** The definition of the one, with the disk of the other. */
    private static Path as(Machine one, Machine other) throws IOException {
        return Files.writeString(
                home.resolve(one.name() + "-other.xml"),
                Files.readString(other.definition())
                        .replace(other.name(), one.name())
                        .replace(other.uuid().toString(), one.uuid().toString()));
    }

    @Test
    void anOverlayThatHoldsDataIsForTheMachineThatWroteIt() throws Exception {
        var overlay = overlay(image.file(), "raw");
        var machine = Machine.of(overlay);
        assertThat(machine.start().status()).isZero();
        machine.end();
        var wrote =
                PrivateLibvirt.run(
                        List.of("qemu-io", "-f", "qcow2", "-c", "write 0 64k", overlay.toString()));
        assertThat(wrote.status()).as(wrote.err()).isZero();

        var again = machine.start();
        var other = Machine.of(overlay(overlay, "qcow2")).start();

        assertThat(again.status()).as(again.err()).isZero();
        machine.end();
        assertThat(machine.instances()).hasSize(2);
        assertThat(other.status()).isNotZero();
        assertThat(other.err()).contains("overlay holds data");
    }

    @Test
    @Clause("EGI-3.3")
    void anObligationThatTheHostDoesNotFulfilRefusesTheStart() throws Exception {

        var refused = Machine.of(overlay(image.file(), "raw"), "payload").start();

        assertThat(refused.status()).isNotZero();
        assertThat(refused.err()).contains("network-profile:restricted", "does not fulfil");
    }

    @Test
    @Clause({"END-2.operator", "EGI-4.4"})
    void aMachineThatMovesInIsAskedForAndOneThatIsRefusedRunsOnWhereItWas() throws Exception {
        var own = stored();
        var machine = Machine.of(overlay(own.copy(), "raw"), "trusted-payload");
        assertThat(machine.start().status()).isZero();
        var first = machine.instanceWith("startedAt");

        try (var other = libvirt("wn2")) {
            var moved = move(machine, libvirt, other);
            var second = machine.instanceWith("startedAt");
            own.revoke();
            var back = move(machine, other, libvirt);

            assertThat(moved.status()).as(moved.err()).isZero();
            assertThat(second.path("host").asText()).isEqualTo("wn2");
            assertThat(second.path("state").asText()).isEqualTo("running");
            assertThat(machine.instances().path(1).path("id")).isEqualTo(first.path("id"));
            assertThat(machine.instances().path(1).path("state").asText()).isEqualTo("stopped");
            assertThat(back.status()).isNotZero();
            assertThat(back.err()).contains("may not start", "[image-revoked", "a hole was found");
            assertThat(other.virsh("domstate", machine.name()).out()).contains("running");
            assertThat(machine.instances()).hasSize(2);
            assertThat(machine.instances().path(0).path("state").asText()).isEqualTo("running");

            site("1s");
            terminated(machine);
            assertThat(other.virsh("list", "--all", "--name").out()).doesNotContain(machine.name());
            site("1h");
        }
    }

    @Test
    @Clause({"END-4.6", "EGI-4.7"})
    void whatIsTakenBackIsEndedAfterTheGraceTimeUnlessItHasEndedByItself() throws Exception {
        var own = stored();
        var disk = own.copy();
        var stays = Machine.of(overlay(disk, "raw"), "trusted-payload");
        var goes = Machine.of(overlay(disk, "raw"), "trusted-payload");
        site("10s");
        assertThat(stays.start().status()).isZero();
        assertThat(goes.start().status()).isZero();

        var qemu = stays.qemu();

        own.revoke();
        goes.instanceWith("condemned");
        goes.qemu().destroy();
        var gone = goes.instanceWith("stoppedAt");
        assertThat(qemu.isAlive()).isTrue();
        var ended = stays.instanceWith("stoppedAt");
        var why = terminated(stays);

        assertThat(qemu.isAlive()).isFalse();
        assertThat(libvirt.virsh("list", "--all", "--uuid").out())
                .doesNotContain(stays.uuid().toString());
        assertThat(why.path("reasons").path(0).path("code").asText()).isEqualTo("image-revoked");
        assertThat(why.path("attempts").asInt()).isEqualTo(1);
        assertThat(Instant.parse(ended.path("stoppedAt").asText()))
                .isAfter(Instant.parse(why.path("since").asText()).plusSeconds(10));
        assertThat(gone.path("condemned").path("attempts").asInt()).isZero();
        assertThat(gone.path("condemned").has("terminatedAt")).isFalse();
        site("1h");
    }

    /** The hook tells an end first, and then the driver that it was its doing. */
    private static JsonNode terminated(Machine machine) throws InterruptedException {
        for (int i = 0; i < 1500; i++) {
            var condemned = machine.instances().path(0).path("condemned");
            if (condemned.has("terminatedAt")) {
                return condemned;
            }
            pause();
        }
        throw new AssertionError(machine.instances().toString());
    }

    @Test
    @Clause("EGI-4.7")
    void anEndThatFailsIsShownAndTriedAgain() throws Exception {
        var own = stored();
        var machine = Machine.of(overlay(own.copy(), "raw"), "trusted-payload");
        assertThat(machine.start().status()).isZero();
        var qemu = machine.qemu();
        libvirt.stop();
        site("1s");

        own.revoke();
        var failed = machine.instanceWith("condemned").path("condemned");
        for (int i = 0; i < 3000 && !failed.has("failure"); i++) {
            pause();
            failed = machine.instances().path(0).path("condemned");
        }
        assertThat(failed.path("failure").asText()).contains("virsh cannot end");
        assertThat(qemu.isAlive()).isTrue();
        libvirt.start();
        var terminated = terminated(machine);

        assertThat(qemu.isAlive()).isFalse();
        assertThat(machine.instances().path(0).path("state").asText()).isEqualTo("stopped");
        assertThat(terminated.path("attempts").asInt()).isGreaterThan(1);
        assertThat(terminated.has("failure")).isFalse();
        site("1h");
    }

    private static Ran move(Machine machine, PrivateLibvirt from, PrivateLibvirt to)
            throws IOException {
        return from.virsh(
                "migrate", "--live", "--unsafe", machine.name(), to.address(), "tcp://127.0.0.1");
    }

    @Test
    @Clause({"EGI-2.operator", "EGI-4.4"})
    void whatRanOnWhileLibvirtWasRestartedIsOnRecordOnceAndNeverEndedForIt() throws Exception {
        var known = Machine.of(overlay(image.file(), "raw"));
        var forgotten = Machine.of(overlay(image.file(), "raw"));
        assertThat(known.start().status()).isZero();
        assertThat(forgotten.start().status()).isZero();
        var hook = libvirt.hooks().resolve("qemu");
        var script = Files.readString(hook);
        Files.writeString(hook, "#!/bin/sh\n");
        var permitted = Machine.of(overlay(image.file(), "raw"));
        var stranger = Files.write(home.resolve("unasked.raw"), new byte[1 << 20]);
        var unasked = Machine.of(overlay(stranger, "raw"));
        assertThat(permitted.start().status()).isZero();
        assertThat(unasked.start().status()).isZero();
        var before = List.of(known.instanceWith("startedAt"), forgotten.instanceWith("startedAt"));
        assertThat(permitted.instances()).isEmpty();

        libvirt.stop();
        Files.writeString(hook, script);
        Files.delete(home.resolve("wn1/state/running/" + forgotten.uuid()));
        libvirt.start();

        assertThat(permitted.instanceWith("startedAt").has("condemned")).isFalse();
        var condemned = unasked.instanceWith("condemned");
        assertThat(condemned.path("state").asText()).isEqualTo("running");
        assertThat(condemned.path("condemned").path("reasons").path(0).path("code").asText())
                .isEqualTo("image-unknown");
        assertThat(known.instances()).containsExactly(before.get(0));
        assertThat(forgotten.instances()).containsExactly(before.get(1));
        for (var machine : List.of(known, forgotten, permitted, unasked)) {
            machine.end();
            assertThat(machine.instanceWith("stoppedAt").path("state").asText())
                    .isEqualTo("stopped");
            assertThat(machine.instances()).hasSize(1);
        }
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void withoutTheNodeNothingStartsAndWhatRunsEndsAndIsToldLater() throws Exception {
        var machine = Machine.of(overlay(image.file(), "raw"));
        assertThat(machine.start().status()).isZero();
        var before = machine.instanceWith("startedAt");
        var next = Machine.of(overlay(image.file(), "raw"));
        node.close();

        var refused = next.start();
        machine.end();
        node.startAgain();
        var permitted = next.start();
        next.end();
        var ended = machine.instanceWith("stoppedAt");

        assertThat(refused.status()).isNotZero();
        assertThat(refused.err()).contains("does not answer");
        assertThat(permitted.status()).as(permitted.err()).isZero();
        assertThat(ended.path("id")).isEqualTo(before.path("id"));
        assertThat(ended.path("state").asText()).isEqualTo("stopped");
    }
}
