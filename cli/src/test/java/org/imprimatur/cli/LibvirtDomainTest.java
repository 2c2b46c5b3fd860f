package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.UseClass;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LibvirtDomainTest {

    private static final String DISK =
            """
            <disk type='file' device='disk'><driver type='qcow2'/>
              <source file='/a/o.qcow2'/><target dev='vda'/></disk>
            """;

    static byte[] domain(String os, String devices, String besides) {
        return """
               <domain type='kvm'><name>vm</name>
                 <uuid>5ad6c2a9-4d0c-4a1e-8f7e-6f3d3e1a7c11</uuid>
                 <os><type>hvm</type>%s</os><devices>%s</devices>%s</domain>
               """
                .formatted(os, devices, besides)
                .getBytes(StandardCharsets.UTF_8);
    }

    private static LibvirtDomain read(String os, String devices, String besides) {
        return LibvirtDomain.read(domain(os, devices, besides));
    }

    private static List<String> uncovered(String os, String devices, String besides) {
        return read(os, DISK + devices, besides).uncovered();
    }

    @Test
    void theFirstDiskIsWhatTheMachineStartsFromAndMediaAreWhatMakesItItsOwn() {
        var domain =
                read(
                        "",
                        DISK
                                + """
                                <disk type='file' device='disk'><source file='/d/data.raw'/>
                                  <target dev='vdb'/><readonly/></disk>
                                <disk type='file' device='cdrom'><source file='/s/seed.iso'/>
                                  <target dev='sda'/></disk>
                                <disk type='file' device='cdrom'><target dev='sdb'/></disk>
                                """,
                        "");

        assertThat(domain.uncovered()).isEmpty();
        assertThat(domain.disks())
                .containsExactly(
                        new LibvirtDomain.Disk(
                                "vda", false, "/a/o.qcow2", "qcow2", null, true, true),
                        new LibvirtDomain.Disk(
                                "vdb", false, "/d/data.raw", "raw", null, false, false),
                        new LibvirtDomain.Disk(
                                "sda", true, "/s/seed.iso", "raw", null, false, false));
    }

    @Test
    void aMediumThatIsBootedFromIsADisk() {
        var media = "<disk type='file' device='cdrom'><source file='/s/x.iso'/>%s</disk>";

        var byOrder = read("", DISK + media.formatted("<boot order='2'/>"), "");
        var byKind = read("<boot dev='cdrom'/>", DISK + media.formatted(""), "");

        assertThat(byOrder.disks().get(1).medium()).isFalse();
        assertThat(byKind.disks().get(1).medium()).isFalse();
    }

    @Test
    void whatNoImageCoversIsSaid() {
        assertThat(uncovered("<kernel>/boot/k</kernel>", "", ""))
                .singleElement()
                .asString()
                .contains("/boot/k");
        assertThat(uncovered("<boot dev='network'/>", "", "")).hasSize(1);
        assertThat(uncovered("", "<interface><boot order='1'/></interface>", "")).hasSize(1);
        assertThat(
                        uncovered(
                                "",
                                "",
                                "<q:commandline xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'/>"))
                .hasSize(1);
        assertThat(
                        uncovered(
                                "",
                                "<disk type='network' device='disk'><source protocol='rbd' name='x'/></disk>",
                                ""))
                .singleElement()
                .asString()
                .contains("'network'");
        assertThat(
                        uncovered(
                                "",
                                "<disk type='file'><source file='/x'><slices/></source></disk>",
                                ""))
                .singleElement()
                .asString()
                .contains("slices");
    }

    @Test
    void theFilesBelowAreReadWhereTheDomainNamesThem() {
        var domain =
                read(
                        "",
                        """
                        <disk type='file'><driver type='qcow2'/><source file='/a/o.qcow2'/>
                          <backingStore type='file'><format type='raw'/><source file='/b'/>
                            <backingStore/></backingStore></disk>
                        <disk type='file'><source file='/c'/><backingStore/></disk>
                        """,
                        "");

        assertThat(domain.disks().get(0).below())
                .containsExactly(new LibvirtDomain.Below("/b", "raw"));
        assertThat(domain.disks().get(1).below()).isEmpty();
    }

    @Test
    void theMetadataSayWhoAndWhatFor() {
        var said =
                read(
                                "",
                                DISK,
                                """
                                <metadata><other xmlns='urn:x'/>
                                <i:vm xmlns:i='https://imprimatur.org/libvirt/1'>
                                  <i:operator> CN=Olga </i:operator><i:class>payload</i:class>
                                  <i:consumer>CN=A</i:consumer><i:consumer>CN=B</i:consumer>
                                </i:vm></metadata>
                                """)
                        .said();

        assertThat(said.operator()).contains("CN=Olga");
        assertThat(said.useClass()).contains(UseClass.PAYLOAD);
        assertThat(said.consumers()).containsExactly("CN=A", "CN=B");
        assertThat(said.contextualisation()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<!DOCTYPE domain [<!ENTITY a 'b'>]><domain><name>&a;</name></domain>",
                "<!DOCTYPE domain SYSTEM 'file:///etc/passwd'><domain/>",
                "<!DOCTYPE domain [<!ELEMENT a 'b'><\0/a>]><domain/>",
                "<domain><name>&undefined;</name></domain>",
                "<domain>",
                "",
                "<network/>",
                "<domain><name>x</name></domain>",
                "<domain><name>x</name><uuid>none</uuid></domain>"
            })
    void whatIsNoDomainOrHasADocumentTypeIsRefused(String text) {
        assertThatThrownBy(() -> LibvirtDomain.read(text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(MalformedInput.class);
    }

    @Test
    void whatIsTooDeepOrSaysAThingTwiceIsRefused() {
        var deep = "<a>".repeat(80) + "</a>".repeat(80);
        var twice =
                """
                <metadata><vm xmlns='https://imprimatur.org/libvirt/1'>
                <operator>a</operator><operator>b</operator></vm></metadata>
                """;
        assertThatThrownBy(() -> read("", deep, "")).isInstanceOf(MalformedInput.class);
        assertThatThrownBy(() -> read("", DISK, twice)).isInstanceOf(MalformedInput.class);
        assertThatThrownBy(() -> read("", DISK, twice.replace("operator", "colour")))
                .isInstanceOf(MalformedInput.class);
    }
}
