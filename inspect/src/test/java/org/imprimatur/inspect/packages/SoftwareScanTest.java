package org.imprimatur.inspect.packages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.FilesInMemory;
import org.imprimatur.inspect.facts.GuestFiles;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SoftwareScanTest {

    /** Files, and links that stand in for directories. */
    private static final class Linked implements GuestFiles {
        private final FilesInMemory files;
        private final Map<String, String> links;

        Linked(FilesInMemory files, Map<String, String> links) {
            this.files = files;
            this.links = links;
        }

        @Override
        public Entry find(String path) throws org.imprimatur.inspect.facts.UnreadableException {
            return files.find(path);
        }

        @Override
        public void read(String path, long maxBytes, Sink sink)
                throws org.imprimatur.inspect.facts.UnreadableException {
            files.read(path, maxBytes, sink);
        }

        @Override
        public List<String> names(String directory)
                throws org.imprimatur.inspect.facts.UnreadableException {
            return files.names(directory);
        }

        @Override
        public String link(String path) {
            return links.get(path);
        }
    }

    private final FilesInMemory files = new FilesInMemory();
    private final Map<String, String> links = new HashMap<>();
    private final ConfigReader reader = new ConfigReader(files);

    @BeforeEach
    void aPackage() throws Exception {
        files.with(
                        "/var/lib/dpkg/status",
                        "Package: tool\nStatus: install ok installed\nVersion: 1\nConffiles:\n"
                                + " /etc/tool.conf "
                                + md5("old\n")
                                + "\n")
                .with("/var/lib/dpkg/info/tool.list", "/bin/tool\n/etc/tool.conf\n/usr/share/t\n")
                .with(
                        "/var/lib/dpkg/info/tool.md5sums",
                        md5("tool\n") + "  bin/tool\n" + md5("t") + "  usr/share/t\n");
    }

    private static String md5(String text) throws Exception {
        return HexFormat.of()
                .formatHex(
                        MessageDigest.getInstance("MD5")
                                .digest(text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private SoftwareScan scan() {
        return new SoftwareScan(
                reader, new Linked(files, links), PackageDatabases.read(reader, true));
    }

    private static void look(SoftwareScan scan, String path, int mode, String content)
            throws IOException {
        var bytes = content.getBytes(StandardCharsets.ISO_8859_1);
        scan.file(path, path, mode, bytes.length, bytes.length);
        if (bytes.length > 0) {
            var watch = scan.watch(path, path, bytes.length);
            for (int at = 0; at < bytes.length; at += 5) {
                watch.accept(at, bytes, at, Math.min(5, bytes.length - at));
            }
            watch.end(sink -> sink.accept(0, bytes, 0, bytes.length));
        }
    }

    @Test
    void aFileAsItsPackageShippedItIsNoNews() throws IOException {
        var scan = scan();

        look(scan, "/bin/tool", 0755, "tool\n");
        look(scan, "/etc/tool.conf", 0644, "old\n");

        assertThat(scan.ownership())
                .isEqualTo(
                        new FileOwnership(
                                true,
                                0,
                                0,
                                new FileOwnership.Largest("", 0),
                                List.of(),
                                0,
                                List.of()));
    }

    @Test
    void anAlteredFileIsToldAndOneOfConfigurationApart() throws IOException {
        var scan = scan();

        look(scan, "/bin/tool", 0755, "evil\n");
        look(scan, "/etc/tool.conf", 0644, "new\n");
        look(scan, "/usr/share/t", 0644, "");

        assertThat(scan.ownership().altered()).isEqualTo(3);
        assertThat(scan.ownership().alteredFiles())
                .containsExactly(
                        new AlteredFile("/bin/tool", "tool", false),
                        new AlteredFile("/etc/tool.conf", "tool", true),
                        new AlteredFile("/usr/share/t", "tool", false));
    }

    @Test
    void aPackageMayNameAFileByADirectoryThatIsALink() throws IOException {
        links.put("/bin", "usr/bin");
        links.put("/usr/share", "/opt/./x/../share");
        var scan = scan();

        look(scan, "/usr/bin/tool", 0755, "tool\n");
        look(scan, "/opt/share/t", 0644, "other");

        assertThat(scan.ownership().unowned()).isZero();
        assertThat(scan.ownership().alteredFiles())
                .extracting(AlteredFile::path)
                .containsExactly("/opt/share/t");
    }

    @Test
    void linksThatLeadRoundInACircleEnd() throws IOException {
        links.put("/bin", "/usr/bin");
        links.put("/usr/bin", "/bin");

        look(scan(), "/bin/tool", 0755, "tool\n");
    }

    @Test
    void zerosThatNobodyStoredCount() throws Exception {
        files.with("/var/lib/dpkg/info/tool.md5sums", md5("\0\0\0\0x\0\0") + "  usr/share/t\n");
        var scan = scan();

        var watch = scan.watch("/usr/share/t", "/usr/share/t", 7);
        watch.accept(4, new byte[] {'x'}, 0, 1);
        watch.end(_ -> {});

        assertThat(scan.ownership().altered()).isZero();
    }

    @Test
    void filesWithoutOwnerAreToldByWhatTheyAre() throws IOException {
        var scan = scan();

        look(scan, "/usr/local/bin/run", 0755, "x");
        look(scan, "/home/a/setuid", 04755, "x");
        look(scan, "/usr/lib/data", 0644, "x");
        look(scan, "/srv/data", 0644, "x");
        look(scan, "/usr/lib/python3/__pycache__/x.pyc", 0644, "x");

        assertThat(scan.ownership().unowned()).isEqualTo(5);
        assertThat(scan.ownership().remarkable())
                .extracting(each -> each.kind() + " " + each.path())
                .containsExactly(
                        "SETUID /home/a/setuid",
                        "SYSTEM /usr/lib/data",
                        "EXECUTABLE /usr/local/bin/run");
    }

    @Test
    void aLanguagePackageOfAPackageHasItsOwnerAndDigest() throws IOException {
        files.with(
                "/var/lib/dpkg/info/tool.list",
                "/usr/lib/python3/dist-packages/t-1.dist-info/METADATA\n");
        var scan = scan();
        var text = "Name: t\nVersion: 1\n";

        look(scan, "/usr/lib/python3/dist-packages/t-1.dist-info/METADATA", 0644, text);
        look(scan, "/opt/u-2.dist-info/METADATA", 0644, "Name: u\nVersion: 2\n");

        assertThat(scan.others())
                .extracting(each -> each.name() + " " + each.owner())
                .containsExactly("t tool", "u ");
        assertThat(scan.others().getFirst().sha256()).hasSize(64);
    }

    @Test
    void whatAsksForMoreThanIsGrantedIsMissed() throws IOException {
        look(scan(), "/usr/bin/bomb", 0755, Resources.text("elf/rust-bomb.gz"));

        assertThat(reader.unread())
                .anySatisfy(each -> assertThat(each.where()).isEqualTo("/usr/bin/bomb"));
    }

    @Test
    void programsAndArchivesAreKnownByTheirFirstBytes() throws IOException {
        var scan = scan();

        look(scan, "/usr/bin/go", 0755, Resources.text("elf/go-inline.gz"));
        look(scan, "/opt/broken.jar", 0644, "PK\u0003\u0004 and no more");

        assertThat(scan.others()).extracting(InstalledPackage::name).contains("stdlib", "cobra");
        assertThat(scan.notes()).extracting(each -> each.where()).contains("/opt/broken.jar");
        assertThat(reader.unread()).isEmpty();
    }
}
