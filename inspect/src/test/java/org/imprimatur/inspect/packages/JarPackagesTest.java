package org.imprimatur.inspect.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.imprimatur.inspect.facts.UnreadableException;
import org.junit.jupiter.api.Test;

class JarPackagesTest {

    private static final String POM = "META-INF/maven/org.example/lib/pom.properties";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ZipOutputStream zip = new ZipOutputStream(out);

    private JarPackagesTest with(String name, String text) throws IOException {
        return with(name, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private JarPackagesTest with(String name, byte[] content) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(content);
        zip.closeEntry();
        return this;
    }

    private JarPackagesTest stored(String name, byte[] content) throws IOException {
        var entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        var crc = new CRC32();
        crc.update(content);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
        return this;
    }

    byte[] jar() throws IOException {
        zip.close();
        return out.toByteArray();
    }

    private static List<String> in(byte[] jar, String place) throws IOException {
        return JarPackages.in(FileBytes.of(jar), place).stream()
                .map(
                        each ->
                                each.namespace()
                                        + ":"
                                        + each.name()
                                        + ":"
                                        + each.version()
                                        + " "
                                        + each.licences()
                                        + " "
                                        + each.place())
                .toList();
    }

    static byte[] library() throws IOException {
        return new JarPackagesTest()
                .with(
                        "META-INF/MANIFEST.MF",
                        "Manifest-Version: 1.0\r\nBundle-License: MIT\r\n\r\n")
                .with(POM, "#made\nversion=1.2\ngroupId=org.example\nartifactId=lib\n")
                .with("org/example/A.class", "x")
                .jar();
    }

    static byte[] nested() throws IOException {
        var inner = new JarPackagesTest().stored("lib/inner.jar", library()).jar();
        return new JarPackagesTest()
                .with("WEB-INF/lib/a.jar", library())
                .stored("WEB-INF/lib/b.jar", inner)
                .jar();
    }

    @Test
    void anArtefactOfMavenSaysItsNameAndTheManifestItsLicence() throws IOException {
        assertThat(in(library(), "/opt/x.jar"))
                .containsExactly("org.example:lib:1.2 [MIT] /opt/x.jar");
    }

    @Test
    void archivesInArchivesAreFoundPackedAndStored() throws IOException {
        var war = nested();

        assertThat(in(war, "/srv/app.war"))
                .containsExactly(
                        "org.example:lib:1.2 [MIT] /srv/app.war!/WEB-INF/lib/a.jar",
                        "org.example:lib:1.2 [MIT] /srv/app.war!/WEB-INF/lib/b.jar!/lib/inner.jar");
    }

    @Test
    void aLargeArchiveThatIsStoredIsReadWhereItLies() throws IOException {
        var noise = new byte[9 << 20];
        new Random(1).nextBytes(noise);
        var inner = new JarPackagesTest().stored("data", noise).with(POM, pom()).jar();
        var outer = new JarPackagesTest().with("a", "x").stored("lib/inner.jar", inner).jar();

        assertThat(in(outer, "/x/app-1.jar"))
                .containsExactlyInAnyOrder(
                        "org.example:lib:1.2 [] /x/app-1.jar!/lib/inner.jar",
                        ":app:1 [] /x/app-1.jar");
    }

    private static String pom() {
        return "version=1.2\ngroupId=org.example\nartifactId=lib\n";
    }

    @Test
    void withoutMavenTheFileNameAndTheManifestTell() throws IOException {
        var jar =
                new JarPackagesTest()
                        .with(
                                "META-INF/MANIFEST.MF",
                                "Implementation-Version: 9.9\nImplementation-Vendor-Id: org.ex\n"
                                        + " ample\n")
                        .jar();

        assertThat(in(jar, "/x/commons-io-2.4-jar.jar"))
                .containsExactly("org.example:commons-io:2.4-jar [] /x/commons-io-2.4-jar.jar");
        assertThat(in(jar, "/x/tool.jar")).containsExactly("org.example:tool:9.9 [] /x/tool.jar");
    }

    @Test
    void aProgramBeforeTheArchiveDoesNotHideIt() throws IOException {
        var script = "#!/bin/sh\nexec java -jar $0\n".getBytes(StandardCharsets.US_ASCII);
        var library = library();
        var both = Arrays.copyOf(script, script.length + library.length);
        System.arraycopy(library, 0, both, script.length, library.length);

        assertThat(in(both, "/x/tool.jar")).hasSize(1);
    }

    @Test
    void aBombIsReportedBeforeItIsUnpacked() throws IOException {
        var bomb = new JarPackagesTest().with("a.jar", new byte[40 << 20]).jar();

        assertThatThrownBy(() -> in(bomb, "/x.jar"))
                .isInstanceOf(TooMuchException.class)
                .hasMessageContaining("unpacks to");
    }

    @Test
    void archivesWithoutEndInOneAnotherAreReported() throws IOException {
        var jar = library();
        for (int i = 0; i < 6; i++) {
            jar = new JarPackagesTest().stored("next.jar", jar).jar();
        }
        var deep = jar;

        assertThatThrownBy(() -> in(deep, "/x.jar")).hasMessageContaining("deep");
    }

    @Test
    void aDirectoryWithACountThatItDoesNotHaveIsReported() throws IOException {
        var jar = library();
        var numbers = ByteBuffer.wrap(jar).order(ByteOrder.LITTLE_ENDIAN);
        numbers.putShort(jar.length - 22 + 10, (short) 60_000);
        assertThatThrownBy(() -> in(jar, "/x.jar")).hasMessageContaining("cut off");
        numbers.putInt(jar.length - 22 + 12, 0x7fff_0000);
        assertThatThrownBy(() -> in(jar, "/x.jar")).hasMessageContaining("zip directory of");
    }

    @Test
    void anArchiveThatIsCutOffAnywhereIsReported() throws IOException {
        var jar = library();
        for (int length = 0; length < jar.length; length++) {
            var cut = Arrays.copyOf(jar, length);
            assertThatThrownBy(() -> in(cut, "/x.jar")).isInstanceOf(UnreadableException.class);
        }
    }
}
