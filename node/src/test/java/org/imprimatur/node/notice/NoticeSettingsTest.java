package org.imprimatur.node.notice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.node.config.YamlMember;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NoticeSettingsTest {

    @ParameterizedTest
    @ValueSource(strings = {"security@example.org", "a.b+c@x-y.example"})
    void anAddressIsTaken(String text) {
        assertThat(MailAddress.of(text)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-oQ@example.org",
                "a,b@example.org",
                "<a@example.org>",
                "|sh@example.org",
                "a@b@c",
                "a@example.org\nBcc:x@example.org",
                "a@-b",
                "@example.org",
                ""
            })
    void whatCouldLeadMailElsewhereIsNoAddress(String text) {
        assertThat(MailAddress.of(text)).isEmpty();
    }

    private static NoticeSettings read(String text) {
        return NoticeSettings.read(YamlMember.parse("site.yaml", text).required("notify", ""));
    }

    @Test
    void theProgramIsNamedByItsWholePath() {
        var settings = read("notify: {command: [/usr/sbin/sendmail, -t], from: a@example.org}\n");

        assertThat(settings.command()).isEqualTo(List.of("/usr/sbin/sendmail", "-t"));
        assertThat(settings.from()).contains(new MailAddress("a@example.org"));
        assertThat(read("notify: {}\n")).isEqualTo(NoticeSettings.NONE);
        assertThatThrownBy(() -> read("notify: {command: [sendmail]}\n"))
                .isInstanceOf(BadConfiguration.class)
                .hasMessageContaining("/usr/sbin/sendmail");
        assertThatThrownBy(() -> read("notify: {command: [/bin/x], from: 'a, b@c'}\n"))
                .isInstanceOf(BadConfiguration.class)
                .hasMessageContaining("notify.from");
    }

    @Test
    void whoWasToldIsOnRecordForEverOrForNinetyDaysAtLeast() {
        assertThat(read("notify: {}\n").keep()).isEmpty();
        assertThat(read("notify: {keep: 90d}\n").keep()).contains(Duration.ofDays(90));
        assertThatThrownBy(() -> read("notify: {keep: 89d}\n"))
                .isInstanceOf(BadConfiguration.class)
                .hasMessageContaining("notify.keep")
                .hasMessageContaining("90d at least");
    }
}
