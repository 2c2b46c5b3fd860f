package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageChainTest {

    @TempDir Path directory;

    /** A temporary directory may itself be reached by a link. */
    @BeforeEach
    void real() throws IOException {
        directory = directory.toRealPath();
        Files.write(directory.resolve("base.raw"), new byte[4096]);
    }

    private Path overlay(String name, @Nullable String backing, @Nullable String format)
            throws IOException {
        return overlay(name, backing, format, 0);
    }

    /** A qcow2 file with a table of one entry. */
    private Path overlay(String name, @Nullable String backing, @Nullable String format, long l1)
            throws IOException {
        var file = ByteBuffer.allocate(4096);
        file.putInt(0, 0x514649fb).putInt(4, 3).putInt(20, 16).putLong(24, 1 << 20);
        file.putInt(36, 1).putLong(40, 2048).putInt(100, 104).putLong(2048, l1);
        if (backing != null) {
            byte[] text = backing.getBytes(StandardCharsets.UTF_8);
            file.putLong(8, 1024).putInt(16, text.length).put(1024, text);
        }
        if (format != null) {
            byte[] text = format.getBytes(StandardCharsets.UTF_8);
            file.putInt(104, 0xe2792aca).putInt(108, text.length).put(112, text);
        }
        return Files.write(directory.resolve(name), file.array());
    }

    private static ImageChain chain(
            Path file, String format, @Nullable List<LibvirtDomain.Below> below)
            throws IOException {
        return ImageChain.of(
                new LibvirtDomain.Disk("vda", false, file.toString(), format, below, true, true));
    }

    @Test
    void overlaysLeadToTheFileAtTheBottom() throws IOException {
        var middle = overlay("middle", "base.raw", "raw");
        var top = overlay("top", directory.resolve("middle").toString(), "qcow2");

        var chain = chain(top, "qcow2", null);

        assertThat(chain.base()).isEqualTo(directory.resolve("base.raw"));
        assertThat(chain.overlays()).containsExactly(top, middle);
        assertThat(chain.overlaysHoldData()).isFalse();
    }

    @Test
    void oneOverlayWithDataIsEnough() throws IOException {
        overlay("middle", "base.raw", "raw", 0x8000_0000_0005_0000L);

        assertThat(chain(overlay("top", "middle", "qcow2"), "qcow2", null).overlaysHoldData())
                .isTrue();
    }

    @Test
    void aLinkIsFollowedAndANameInItIsSeenFromWhereTheLinkStands() throws IOException {
        var elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        Files.write(elsewhere.resolve("base.raw"), new byte[8192]);
        var link =
                Files.createSymbolicLink(
                        elsewhere.resolve("top"), overlay("top", "base.raw", "raw"));

        assertThat(chain(link, "qcow2", null).base()).isEqualTo(elsewhere.resolve("base.raw"));
    }

    @Test
    void aFileIsOpenedAsWhatItIs() throws IOException {
        var top = overlay("top", "base.raw", "qcow2");
        var lied = overlay("lied", "top", "raw");
        var silent = overlay("silent", "base.raw", null);

        refused("would be opened as 'raw'", () -> chain(top, "raw", null));
        refused("not a qcow2 file", () -> chain(top, "qcow2", null));
        refused("top is a qcow2 file", () -> chain(lied, "qcow2", null));
        refused("does not say of what format", () -> chain(silent, "qcow2", null));
    }

    @Test
    void theDomainAndTheFilesTellTheSameChain() throws IOException {
        var top = overlay("top", "base.raw", "raw");
        var other = Files.write(directory.resolve("other.raw"), new byte[1]);
        var base = directory.resolve("base.raw");

        assertThat(
                        chain(
                                        top,
                                        "qcow2",
                                        List.of(new LibvirtDomain.Below(base.toString(), "raw")))
                                .base())
                .isEqualTo(base);
        refused("names no file below", () -> chain(top, "qcow2", List.of()));
        refused(
                "which itself names",
                () ->
                        chain(
                                top,
                                "qcow2",
                                List.of(new LibvirtDomain.Below(other.toString(), "raw"))));
        refused(
                "which itself names none",
                () ->
                        chain(
                                base,
                                "raw",
                                List.of(new LibvirtDomain.Below(other.toString(), "raw"))));
    }

    @Test
    void whatCannotBeFollowedIsRefused() throws IOException {
        var circle = overlay("circle", "circle", "qcow2");
        var remote = overlay("remote", "nbd://host/x", "raw");
        var json = overlay("json", "json:{\"driver\":\"raw\"}", "raw");
        var gone = overlay("gone", "nothing", "raw");

        refused("upon each other", () -> chain(circle, "qcow2", null));
        refused("no path", () -> chain(remote, "qcow2", null));
        refused("no path", () -> chain(json, "qcow2", null));
        refused("there is no file", () -> chain(gone, "qcow2", null));
        refused("not a regular file", () -> chain(directory, "raw", null));
        refused("no absolute path", () -> chain(Path.of("base.raw"), "raw", null));
    }

    private static void refused(
            String why, org.assertj.core.api.ThrowableAssert.ThrowingCallable step) {
        assertThatThrownBy(step)
                .isInstanceOfSatisfying(
                        CommandFailure.class,
                        failure -> {
                            assertThat(failure.exit()).isEqualTo(ExitCode.NO);
                            assertThat(failure.explanation()).contains("disk vda", why);
                        });
    }
}
