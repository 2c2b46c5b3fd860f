package org.imprimatur.inspect.facts;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.imprimatur.disk.Unread;
import org.imprimatur.inspect.facts.config.ConfigurationReader;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The SSH server is judged as all commands start it that the image has, or not for sure. */
class SshdStartsTest {

    private static final String UNITS = "/usr/lib/systemd/system/";
    private static final String MAIN = "/etc/ssh/sshd_config";

    private final FilesInMemory files =
            new FilesInMemory()
                    .linked("/sbin/init", "/usr/lib/systemd/systemd")
                    .with(
                            UNITS + "default.target",
                            "[Unit]\nWants=a.service b.service sshd.service\n")
                    .with(MAIN, "PermitRootLogin no\nPasswordAuthentication no\n");
    private final ConfigReader reader = new ConfigReader(files);

    private SshdStartsTest service(String name, String text) {
        files.with(UNITS + name + ".service", "[Service]\n" + text + "\n");
        return this;
    }

    private String rootLogin() {
        var services = ConfigurationReader.read(reader, OsRelease.parse("")).services();
        return SshdConfigParser.read(reader, SshdStarts.read(reader, services))
                .effective("permitrootlogin")
                .place();
    }

    private List<String> unread() {
        return reader.unread().stream().map(Unread::toString).toList();
    }

    @Test
    void aRunThatOnlyChecksTheConfigurationTellsNothing() {
        service(
                "a",
                """
                ExecStartPre=/usr/sbin/sshd -t -f /etc/ssh/new
                ExecStartPre=/usr/sbin/sshd -Toa=b -oPermitRootLogin=yes
                ExecStart=/usr/sbin/sshd -D -oPermitRootLogin=yes
                ExecStartPost=/bin/pgrep sshd""");

        assertThat(rootLogin()).isEqualTo(UNITS + "a.service line 4");
        assertThat(unread()).isEmpty();
    }

    @Test
    void optionsOfOneCommandAreNotThoseOfAnother() {
        service("a", "ExecStart=/usr/sbin/sshd -D -f")
                .service("b", "ExecStart=/usr/sbin/sshd -D -oPermitRootLogin=no");

        assertThat(rootLogin()).isEqualTo(MAIN + " line 1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ExecStart=/usr/sbin/sshd -D -p 2222",
                "ExecStart=/usr/sbin/sshd -D -oPermitRootLogin=prohibit-password",
                "ExecStart=/usr/sbin/sshd -D -oPermitRootLogin=yes -f /etc/ssh/other",
                "ExecStart=/bin/sh -c 'exec /usr/sbin/sshd -p 2222'",
                "ExecStart=/usr/bin/env A=b /opt/sshd -oPermitRootLogin=no",
                "ExecStart=/bin/sh -c \"cd /; sshd -D -f /etc/ssh/other;\""
            })
    void commandsThatDisagreeAreToldAndTheMainFileIsJudged(String command) {
        files.with("/etc/ssh/other", "PermitRootLogin yes\n");
        service("a", "ExecStart=/usr/sbin/sshd -D -oPermitRootLogin=yes").service("b", command);

        assertThat(rootLogin()).isEqualTo(MAIN + " line 1");
        assertThat(unread())
                .containsExactly(
                        MAIN
                                + ": the SSH server is started with different options; this file"
                                + " alone is judged");
    }

    @Test
    void commandsThatAgreeAreJudgedAsTheySay() {
        service("a", "ExecStart=-/usr/sbin/sshd -i -o PermitRootLogin=yes")
                .service("b", "ExecStart=/usr/sbin/sshd -p 2222 -oPermitRootLogin=yes");
        files.with("/etc/cron.d/x", "@reboot root exec /usr/sbin/sshd -4oPermitRootLogin=yes;\n")
                .with("/etc/cron.daily/y", "#!/bin/sh\n# sshd -f x\nsystemctl restart sshd\n");

        assertThat(rootLogin()).isEqualTo(UNITS + "a.service line 2");
        assertThat(unread()).isEmpty();
    }

    @Test
    void aJobThatStartsTheServerCountsToo() {
        files.with(
                "/etc/cron.hourly/x",
                "#!/bin/sh\nps | grep sshd || /usr/sbin/sshd -oPermitRootLogin=yes\n");

        assertThat(rootLogin()).isEqualTo("/etc/cron.hourly/x line 1");
        assertThat(unread()).isEmpty();
    }

    @Test
    void anotherFileThatIsMissingIsToldAndTheMainFileIsJudged() {
        service("a", "ExecStart=/usr/sbin/sshd -f etc/ssh/other");

        assertThat(rootLogin()).isEqualTo(MAIN + " line 1");
        assertThat(unread())
                .containsExactly(
                        "/etc/ssh/other: the SSH server is told to read this file, which is not"
                                + " there");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-D $OPTIONS",
                "-D ${EMPTY} -o${ROOT}",
                "-D '-oPermitRootLogin yes' $OPTIONS",
                "-D $CRYPTO_POLICY $OPTIONS",
                "-o Banner=a;b $OPTIONS"
            })
    void variablesOfAUnitHoldWhatItsFilesSayLast(String words) {
        service(
                "a",
                """
                EnvironmentFile=-/etc/crypto-policies/back-ends/opensshserver.config
                EnvironmentFile=-/etc/sysconfig/*shd
                Environment=EMPTY= OPTIONS=-oPermitRootLogin=no "ROOT=PermitRootLogin yes"
                ExecStart=/usr/sbin/sshd\s"""
                        + words);
        files.with(
                        "/etc/sysconfig/sshd",
                        """
                        # OPTIONS=
                        OPTIONS=-oPermitRootLogin=no
                        OPTIONS = "-4 -o 'PermitRootLogin yes' -p 22"
                        export OPTIONS=
                        """)
                .with("/etc/default/ssh", "OPTIONS=-oPermitRootLogin=no\n");

        var config =
                SshdConfigParser.read(
                        reader,
                        SshdStarts.read(
                                reader,
                                ConfigurationReader.read(reader, OsRelease.parse("")).services()));

        assertThat(config.effective("permitrootlogin").word()).isEqualTo("yes");
        assertThat(unread()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-D $OTHER",
                "-o${OTHER}=yes",
                "-o$(cat /x)",
                "-o${OTHER:-PermitRootLogin=yes}$$",
                "-oPermitRootLogin\\x20yes",
                "-oPermitRootLogin=%j",
                "-D $BROKEN",
                "-D $ESCAPED",
                "-D $BEHIND"
            })
    void whatCannotBeToldIsToldAsUnread(String words) {
        service(
                "a",
                "Environment=ESCAPED=-oPermitRootLogin=%%j\nEnvironmentFile=/etc/x\nExecStart=/usr/sbin/sshd "
                        + words);
        files.with("/etc/x", "BEHIND=\nBROKEN=\"-oPermitRootLogin=yes\nBEHIND=\n\"\n");

        rootLogin();

        assertThat(unread()).hasSize(1);
    }

    @Test
    void aLineThatGoesOnMayHoldWhatStandsInTheNext() {
        service("a", "EnvironmentFile=/etc/x\nExecStart=/usr/sbin/sshd -D $OPTIONS");
        files.with("/etc/x", "OPTIONS=-oPermitRootLogin=yes\n# a \\\nOPTIONS=\n");

        rootLogin();

        assertThat(unread()).hasSize(1);
    }

    @Test
    void anyByteMayStandInAVariable() {
        service("a", "EnvironmentFile=/etc/x\nExecStart=/usr/sbin/sshd -D $OPTIONS");
        files.with("/etc/x", "OPTIONS=-oPermitRootLogin=yes -oBanner=\u0085\r/x\n");

        assertThat(rootLogin()).isEqualTo("/etc/x line 1");
    }

    @Test
    void aScriptTellsTheServerWhatTheFilesHoldThatItReads() {
        files.with("/etc/init.d/sshd", "#!/sbin/openrc-run\ncommand_args=\"${SSHD_OPTS}\"\n")
                .with("/etc/runlevels/default/sshd", "")
                .linked("/sbin/init", "/bin/busybox")
                .with(
                        "/etc/conf.d/sshd",
                        "OPTIONS=-f /x\nexport SSHD_OPTS='-oPermitRootLogin=yes'\n")
                .with("/etc/sysconfig/sshd", "SSHD_OPTS=-oPermitRootLogin=no\n");

        assertThat(rootLogin()).isEqualTo("/etc/conf.d/sshd line 2");
        assertThat(unread()).isEmpty();
    }

    @Test
    void manyCommandsAndWordsTakeNoLongTimeAndAreTold() {
        service("a", "ExecStart=/usr/sbin/sshd -t\n".repeat(9_999))
                .service(
                        "b",
                        "Environment=A="
                                + "x".repeat(60_000)
                                + "\nExecStart=/usr/sbin/sshd "
                                + "a${A}".repeat(9_000));
        service("sshd", "ExecStart=/usr/sbin/sshd" + " -4".repeat(2_000) + "\n");
        files.with("/etc/cron.d/a", "@reboot root " + "sshd ".repeat(800_000));

        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(10), this::rootLogin);

        assertThat(unread())
                .contains(
                        UNITS + "a.service: more than 100 commands name the SSH server",
                        "/etc/cron.d/a: more than 100 commands name the SSH server");
    }

    @Test
    void aCommandOfTooManyWordsIsTold() {
        service("a", "ExecStart=/usr/sbin/sshd" + " -4".repeat(2_000) + " -oPermitRootLogin=yes");

        rootLogin();

        assertThat(unread())
                .containsExactly(UNITS + "a.service: tells the SSH server more than 1000 words");
    }
}
