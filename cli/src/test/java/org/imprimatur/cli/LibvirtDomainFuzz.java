package org.imprimatur.cli;

import java.util.stream.Stream;
import org.imprimatur.register.MalformedInput;

/** The XML that libvirt gives a hook. */
public final class LibvirtDomainFuzz {

    private LibvirtDomainFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        try {
            LibvirtDomain.read(input);
        } catch (MalformedInput _) {
            // Refused, as it should be.
        }
    }

    /** A domain that has a little of everything. */
    public static Stream<byte[]> seeds() {
        return Stream.of(
                LibvirtDomainTest.domain(
                        "<boot dev='cdrom'/>",
                        """
                        <disk type='file' device='disk'><driver type='qcow2'/><source file='/a'/>
                          <backingStore type='file'><format type='raw'/><source file='/b'/>
                            <backingStore/></backingStore><target dev='vda'/></disk>
                        <disk type='file' device='cdrom'><source file='/c'/><readonly/></disk>
                        """,
                        """
                        <metadata><i:vm xmlns:i='https://imprimatur.org/libvirt/1'>
                          <i:operator>CN=Olga</i:operator><i:class>payload</i:class>
                          <i:consumer>CN=A</i:consumer></i:vm></metadata>
                        """));
    }
}
