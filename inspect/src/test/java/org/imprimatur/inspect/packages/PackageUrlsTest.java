package org.imprimatur.inspect.packages;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackageUrlsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pkg:deb/debian/mkosi@14-2?distro=debian-12",
                "pkg:deb/debian/libguestfs-tools@1.48.6-2?arch=amd64&distro=debian-12&upstream=libguestfs",
                "pkg:deb/debian/debootstrap@1.0.128%2Bb1?arch=all&distro=debian-12&upstream=debootstrap%401.0.128",
                "pkg:rpm/rocky/osbuild@118-1.el9?arch=noarch&distro=rocky-9.4&epoch=1",
                "pkg:pypi/diskimage-builder@3.31.0",
                "pkg:golang/github.com/hashicorp/packer@1.11.2",
                "pkg:npm/%40scope/tool@1.0.0"
            })
    void aUrlNamesThePackageThatItWasMadeFrom(String url) {
        var named = PackageUrls.parse(url, "0").orElseThrow();

        assertThat(PackageUrls.of(named.installed(), named.os())).isEqualTo(url);
    }

    @Test
    void theVersionMayBeSaidBesideTheUrl() {
        var named = PackageUrls.parse("pkg:pypi/diskimage-builder", "3.31.0").orElseThrow();

        assertThat(named.installed().version()).isEqualTo("3.31.0");
        assertThat(named.installed().kind()).isEqualTo(PackageKind.PYTHON);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "pkg:",
                "pkg:deb",
                "packer",
                "https://example.org/packer",
                "pkg:generic/packer@1",
                "pkg:docker/packer@1"
            })
    void whatNoFeedCouldKnowNamesNothing(String url) {
        assertThat(PackageUrls.parse(url, "1")).isEmpty();
    }
}
