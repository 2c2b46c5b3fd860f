package org.imprimatur.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.imprimatur.inspect.Comparison.Kind;
import org.imprimatur.inspect.Comparison.Topic;
import org.imprimatur.inspect.rules.Severity;
import org.imprimatur.register.Clause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Comparisons of the small images, held against the lists of files that lie beside them. */
class ComparisonTest {

    private static final String CLEAN = "mini-clean.v3-zlib.qcow2";
    private static final String FAULTY = "mini-faulty.v3-zlib.qcow2";

    @TempDir private Path temporary;

    static Comparison.Side side(Path image, Options options) throws IOException {
        var index = new FileIndex();
        return new Comparison.Side(
                Inspection.run(image, options, ProgressListener.NONE, index), index);
    }

    private Comparison compare(String before, String after) throws IOException {
        var options = Fixtures.FULL.withoutDigests();
        return Comparison.of(
                side(Fixtures.image(before, temporary), options),
                side(Fixtures.image(after, temporary), options));
    }

    /** What changed by two lists of files: path, type, mode, owner, group, size, digest. */
    static List<String> expected(List<String> before, List<String> after) {
        var old = new TreeMap<String, String>();
        var young = new TreeMap<String, String>();
        before.forEach(line -> old.put(path(line), line));
        after.forEach(line -> young.put(path(line), line));
        var paths = new TreeSet<>(old.keySet());
        paths.addAll(young.keySet());
        var changes = new ArrayList<String>();
        for (var path : paths) {
            if (!old.containsKey(path)) {
                changes.add("added " + path);
            } else if (!young.containsKey(path)) {
                changes.add("removed " + path);
            } else if (!old.get(path).equals(young.get(path))) {
                changes.add("changed " + path);
            }
        }
        return changes;
    }

    private static String path(String line) {
        return line.substring(0, line.indexOf('\t'));
    }

    static List<String> told(Comparison comparison) {
        var told = new ArrayList<String>();
        comparison.files(change -> told.add(change.kind().word() + " " + change.name()));
        return told;
    }

    private static List<String> names(Comparison comparison, Topic topic) {
        return comparison.changes(topic).stream()
                .map(each -> each.kind().word() + " " + each.name())
                .toList();
    }

    @Test
    void thePlantedDifferencesAndNothingElseAreTold() throws Exception {
        var comparison = compare(CLEAN, FAULTY);

        assertThat(comparison.isComplete()).isTrue();
        assertThat(told(comparison))
                .containsExactlyInAnyOrderElementsOf(
                        expected(
                                Fixtures.lines("mini-clean.files.tsv"),
                                Fixtures.lines("mini-faulty.files.tsv")));
        assertThat(names(comparison, Topic.ACCOUNTS))
                .containsExactly("added builder", "changed root");
        assertThat(names(comparison, Topic.PACKAGES)).containsExactly("added deb sample-keys:all");
        assertThat(comparison.hasNewFindings(Severity.BLOCK)).isTrue();
        assertThat(comparison.newFindings())
                .extracting(each -> each.rule().id())
                .contains("account.root-password", "ssh.host-key", "sudo.nopasswd");
        assertThat(comparison.goneFindings())
                .as("a package more is counted")
                .extracting(each -> each.rule().id())
                .containsExactly("licence.unknown");
    }

    private static List<String> beyond(Comparison comparison) {
        return RootChanges.of(comparison).changes().stream()
                .map(
                        each ->
                                "%s %s %s"
                                        .formatted(
                                                each.part().word(),
                                                each.change().kind().word(),
                                                each.change().name()))
                .toList();
    }

    @Test
    @Clause("TVM-2.image")
    void whatNoVoConfigurationMayChangeIsToldApart() throws Exception {
        assertThat(beyond(compare(CLEAN, FAULTY)))
                .contains(
                        "root added builder",
                        "root changed root",
                        "root added /etc/sudoers.d/90-builder",
                        "root changed /etc/shadow",
                        "root added /root/backup.pem")
                .doesNotContain(
                        "base added deb sample-keys:all",
                        "root added /usr/share/sample-keys/server.key")
                .noneMatch(each -> each.contains("/home/builder") || each.contains("/var/lib"));
        assertThat(beyond(compare(FAULTY, CLEAN)))
                .contains(
                        "base removed deb sample-keys:all", "base removed /usr/share/sample-keys");
        assertThat(beyond(compare(CLEAN, "mini-clean.ext2-1k.raw.gz")))
                .as("another shape of the same disk")
                .isEmpty();
    }

    @Test
    @Clause("TVM-2.image")
    void kernelModulesAndPrivilegedProgramsAreBeyondAVoConfigurationAndSoftwareOfItsOwnIsNot() {
        assertThat(part(Kind.ADDED, "/opt/root/bin/root", "regular, 0755, 0:0, 9 bytes")).isEmpty();
        assertThat(part(Kind.ADDED, "/usr/lib/libvo.so", "regular, 0644, 0:0, 9 bytes")).isEmpty();
        assertThat(part(Kind.ADDED, "/srv/data", "directory, 2755, 0:0")).isEmpty();
        assertThat(part(Kind.CHANGED, "/usr/local/bin/tool", "0755")).isEmpty();
        assertThat(part(Kind.CHANGED, "/etc/ld.so.cache", "0644")).isEmpty();
        assertThat(part(Kind.ADDED, "/opt/root/bin/su", "regular, 4755, 0:0, 9 bytes"))
                .contains(RootChanges.Part.ROOT);
        assertThat(part(Kind.CHANGED, "/opt/old", "4755")).contains(RootChanges.Part.ROOT);
        assertThat(part(Kind.ADDED, "/etc/profile.d/vo.sh", "regular, 0644, 0:0, 9 bytes"))
                .contains(RootChanges.Part.ROOT);
        assertThat(part(Kind.CHANGED, "/usr/bin/python3", "0755")).contains(RootChanges.Part.BASE);
        for (var path : List.of("/boot/vmlinuz-6.1", "/usr/lib/modules/6.1/x.ko", "/boot/grub/x")) {
            assertThat(part(Kind.ADDED, path, "regular, 0644, 0:0, 9 bytes"))
                    .contains(RootChanges.Part.KERNEL);
        }
    }

    private static Optional<RootChanges.Part> part(Kind kind, String path, String after) {
        var property = kind == Kind.ADDED ? "file" : "mode";
        return RootChanges.ofFile(
                new Comparison.Change(
                        kind, path, List.of(new Comparison.Difference(property, "", after))));
    }

    @Test
    void theOtherWayRoundWhatCameIsGone() throws Exception {
        var forth = compare(CLEAN, FAULTY);
        var back = compare(FAULTY, CLEAN);

        assertThat(back.newFindings()).isEqualTo(forth.goneFindings());
        assertThat(back.goneFindings()).isEqualTo(forth.newFindings());
        assertThat(back.files(Kind.REMOVED)).isEqualTo(forth.files(Kind.ADDED));
        assertThat(back.files(Kind.CHANGED)).isEqualTo(forth.files(Kind.CHANGED));
        assertThat(back.hasNewFindings(Severity.BLOCK)).isFalse();
    }

    @Test
    void theSameSystemOnAnotherFileSystemAndInAnotherContainerDiffersInItsShapeAlone()
            throws Exception {
        for (var other :
                List.of(
                        "mini-clean.ext2-1k.raw.gz",
                        "mini-clean.ext4-bigalloc.raw.gz",
                        "mini-clean.ext4-meta-bg.raw.gz",
                        "mini-clean.v2-4k.qcow2.gz")) {
            var comparison = compare(CLEAN, other);

            assertThat(comparison.isComplete()).isTrue();
            assertThat(told(comparison)).as(other).isEmpty();
            assertThat(comparison.newFindings()).as(other).isEmpty();
            assertThat(names(comparison, Topic.SYSTEM)).isSubsetOf("changed image");
        }
        assertThat(compare(CLEAN, CLEAN).isEmpty()).isTrue();
    }

    @Test
    void whatNobodyReadIsNotCalledTheSame() throws Exception {
        var options = Fixtures.FULL.quick();
        var clean = side(Fixtures.image(CLEAN, temporary), options);
        var comparison = Comparison.of(clean, clean);

        assertThat(comparison.isComplete()).isFalse();
        assertThat(comparison.notCompared())
                .anyMatch(each -> each.reason().contains("was not read in both images"));

        var small = new FileIndex(0);
        var report =
                Inspection.run(
                        Fixtures.image(CLEAN, temporary),
                        Fixtures.FULL,
                        ProgressListener.NONE,
                        small);
        var bounded = Comparison.of(clean, new Comparison.Side(report, small));
        assertThat(bounded.notCompared())
                .anyMatch(each -> each.reason().contains("beyond the 0 that there is room for"));
    }

    @Test
    void theTextIsShortAndTheDocumentHasEverythingAndKeepsToItsSchema() throws Exception {
        var comparison = compare(CLEAN, FAULTY);
        var text = new StringBuilder();
        var whole = new StringBuilder();
        var json = new StringWriter();

        ComparisonText.write(comparison, false, text);
        ComparisonText.write(comparison, true, whole);
        ComparisonJson.write(comparison, json);

        assertThat(text.toString())
                .contains("findings: ", "accounts: ", "~ root: password ", "DIFFERENT (COMPLETE)")
                .contains("/etc/shadow: size");
        assertThat(text.toString().lines().count()).isLessThan(120);
        assertThat(whole.toString().lines().filter(each -> each.startsWith("  ")).count())
                .isGreaterThanOrEqualTo(told(comparison).size());
        assertThat(faults(json.toString())).isEmpty();
        assertThat(faults("{\"different\": 1}")).isNotEmpty();
    }

    private static List<String> faults(String document) throws IOException {
        var root = Path.of(System.getProperty("imprimatur.root", ".."));
        var published = root.resolve("docs/schemas/image-comparison-v1.schema.json");
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Files.readString(published))
                .validate(document, InputFormat.JSON)
                .stream()
                .map(Object::toString)
                .toList();
    }
}
