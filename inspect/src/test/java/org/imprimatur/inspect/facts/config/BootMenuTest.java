package org.imprimatur.inspect.facts.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.FilesInMemory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Menus as the tools of distributions write them, and which entry each loader takes. */
class BootMenuTest {

    private final FilesInMemory files = new FilesInMemory();

    private BootChain.Start start() {
        return Objects.requireNonNull(BootMenu.start(new ConfigReader(files)));
    }

    private static String entry(String title, String id, String kernel) {
        return """
            menuentry '%s' --class debian $menuentry_id_option '%s' {
                if [ x$grub_platform = xxen ]; then insmod xzio; fi
                linux   %s root=UUID=1 ro  quiet
                initrd  /boot/initrd.img
            }
            """
                .formatted(title, id, kernel);
    }

    /** What grub-mkconfig writes with two kernels. */
    private void debian(String chosen) {
        files.with(
                        "/boot/grub/grub.cfg",
                        """
                        if [ "${next_entry}" ] ; then
                           set default="${next_entry}"
                           set next_entry=
                           save_env next_entry
                        else
                           set default="%s"
                        fi
                        function gfxmode {
                            set gfxpayload="${1}"
                        }
                        """
                                        .formatted(chosen)
                                + entry("Debian", "simple-1", "/boot/vmlinuz-6.1.0-18-amd64")
                                + "submenu 'Advanced options' $menuentry_id_option 'more' {\n"
                                + entry("Debian, with 18", "adv-18", "/boot/vmlinuz-6.1.0-18-amd64")
                                + entry("Debian, with 9", "adv-9", "/boot/vmlinuz-6.1.0-9-amd64")
                                + "}\n"
                                + entry("Tools", "tools", "/boot/memtest"))
                .with("/boot/vmlinuz-6.1.0-9-amd64", "x")
                .with("/boot/vmlinuz-6.1.0-18-amd64", "x");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 6.1.0-18-amd64",
        "'', 6.1.0-18-amd64",
        "Debian, 6.1.0-18-amd64",
        "1, 6.1.0-18-amd64",
        "1>1, 6.1.0-9-amd64",
        "more>adv-9, 6.1.0-9-amd64",
        "'Advanced options>Debian, with 9', 6.1.0-9-amd64",
        "adv-9, 6.1.0-18-amd64",
        "9, 6.1.0-18-amd64",
        "99999999999, 6.1.0-18-amd64",
        "tools, ''"
    })
    void grubTakesAnEntryByNumberIdOrTitle(String chosen, String version) {
        debian(chosen);

        assertThat(start().version()).isEqualTo(version);
    }

    @Test
    void grubRemembersAChoiceInItsEnvironment() {
        debian("${saved_entry}");
        assertThat(start().version()).isEqualTo("6.1.0-18-amd64");

        files.with("/boot/grub/grubenv", "# GRUB Environment Block\nsaved_entry=1>adv-9\n####");
        assertThat(start().version()).isEqualTo("6.1.0-9-amd64");
        assertThat(start().entry()).isEqualTo("Debian, with 9");
        assertThat(start().path()).isEqualTo("/boot/grub/grub.cfg");

        files.with("/boot/grub/grubenv", "saved_entry=1>adv-9\nnext_entry=0\n");
        assertThat(start().version()).isEqualTo("6.1.0-18-amd64");
    }

    @Test
    void aMenuByHandIsReadBehindTheOthers() {
        debian("4");
        var text = Objects.requireNonNull(new ConfigReader(files).text("/boot/grub/grub.cfg"));
        files.with("/boot/grub/grub.cfg", text + "source $prefix/custom.cfg\n")
                .with(
                        "/boot/grub/custom.cfg",
                        "set default=mine\n" + entry("Mine", "mine", "/boot/vmlinuz-5.10-own"));

        assertThat(start().version()).isEqualTo("5.10-own");
        assertThat(start().path()).isEqualTo("/boot/grub/custom.cfg");
        assertThat(start().exists()).isFalse();
    }

    private void entryFile(String directory, String name, String linux, String more) {
        files.with(
                "%s/entries/%s.conf".formatted(directory, name),
                "title Linux %s\nlinux %s\noptions root=UUID=1\n%s".formatted(name, linux, more));
    }

    @Test
    void grubOfRedHatTakesTheNewestEntryUnlessAnotherIsSaved() {
        files.with(
                "/boot/grub2/grub.cfg", "set default=\"${saved_entry}\"\ninsmod blscfg\nblscfg\n");
        for (var version : new String[] {"5.14.0-70.el9", "5.14.0-427.el9", "0-rescue-abc"}) {
            entryFile("/boot/loader", "abc-" + version, "($root)/vmlinuz-" + version, "");
            files.with("/boot/vmlinuz-" + version, "x");
        }
        assertThat(start().version()).isEqualTo("5.14.0-427.el9");
        assertThat(start().kernel()).isEqualTo("/boot/vmlinuz-5.14.0-427.el9");

        files.with("/boot/grub2/grubenv", "saved_entry=abc-5.14.0-70.el9\n");
        assertThat(start().version()).isEqualTo("5.14.0-70.el9");
        files.with("/boot/grub2/grubenv", "saved_entry=1\n");
        assertThat(start().version()).isEqualTo("5.14.0-70.el9");
        files.with("/boot/grub2/grubenv", "saved_entry=gone\n");
        assertThat(start().version()).isEqualTo("5.14.0-427.el9");
    }

    @Test
    void systemdBootSortsByVersionAndTakesWhatItsPatternNames() {
        entryFile("/efi/loader", "m-6.9.1", "/m/6.9.1/linux", "version 6.9.1\n");
        entryFile("/efi/loader", "m-6.10.2", "/m/6.10.2/linux", "version 6.10.2\n");
        files.with("/efi/m/6.9.1/linux", "x");
        assertThat(start().version()).isEqualTo("6.10.2");
        assertThat(start().exists()).isFalse();

        files.with("/efi/loader/loader.conf", "timeout 3\ndefault m-6.9*\n");
        assertThat(start().version()).isEqualTo("6.9.1");
        assertThat(start().kernel()).isEqualTo("/efi/m/6.9.1/linux");
        assertThat(start().exists()).isTrue();
    }

    @Test
    void extlinuxTakesItsDefaultOrTheMarkedOrTheFirst() {
        var menu =
                """
                DEFAULT %s
                LABEL a
                  LINUX ../vmlinuz-6.1.0-18
                label b
                  %s
                  kernel /boot/vmlinuz-6.1.0-9
                """;
        files.with("/boot/vmlinuz-6.1.0-18", "x").with("/boot/vmlinuz-6.1.0-9", "x");

        files.with("/boot/extlinux/extlinux.conf", menu.formatted("b", ""));
        assertThat(start().version()).isEqualTo("6.1.0-9");
        files.with("/boot/extlinux/extlinux.conf", menu.formatted("menu.c32", ""));
        assertThat(start().version()).isEqualTo("6.1.0-18");
        files.with("/boot/extlinux/extlinux.conf", menu.formatted("menu.c32", "MENU DEFAULT"));
        assertThat(start().version()).isEqualTo("6.1.0-9");
    }

    @Test
    void aLinkIsFollowedToTheVersion() {
        files.with("/boot/grub/grub.cfg", entry("Debian", "d", "/vmlinuz"))
                .with("/boot/vmlinuz-6.1.0-9-amd64", "x")
                .linked("/vmlinuz", "/boot/vmlinuz-6.1.0-9-amd64");

        assertThat(start().version()).isEqualTo("6.1.0-9-amd64");
        assertThat(start().exists()).isTrue();
    }

    @Test
    void whatCannotBeToldIsNotSaid() {
        var reader = new ConfigReader(files);
        assertThat(BootMenu.start(reader)).isNull();

        files.with(
                "/boot/grub/grub.cfg", entry("x", "x", "${kernel}") + "}\n}\nmenuentry 'open' {");
        assertThat(BootMenu.start(reader)).isNull();
        files.with("/boot/grub/grub.cfg", "submenu 'empty' {\n}\n");
        assertThat(BootMenu.start(reader)).isNull();
    }
}
