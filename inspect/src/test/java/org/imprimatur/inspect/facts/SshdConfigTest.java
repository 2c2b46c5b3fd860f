package org.imprimatur.inspect.facts;

import static org.assertj.core.api.Assertions.assertThat;

import org.imprimatur.register.Clause;
import org.junit.jupiter.api.Test;

/** The traps of sshd_config(5): order, Include, Match. */
class SshdConfigTest {

    private final FilesInMemory files = new FilesInMemory();
    private final ConfigReader reader = new ConfigReader(files);

    private String value(String keyword) {
        return SshdConfigParser.read(reader).effective(keyword).word();
    }

    @Test
    @Clause({"END-4.2.d", "EGI-5.2.d", "TVM-3.7.6"})
    void aDropInThatIsIncludedFirstBeatsTheMainFile() {
        files.with(
                        "/etc/ssh/sshd_config",
                        "Include /etc/ssh/sshd_config.d/*.conf\nPasswordAuthentication no\n")
                .with("/etc/ssh/sshd_config.d/50-cloud-init.conf", "PasswordAuthentication yes\n");

        assertThat(value("passwordauthentication")).isEqualTo("yes");
    }

    @Test
    void anIncludeBehindTheSettingComesTooLate() {
        files.with(
                        "/etc/ssh/sshd_config",
                        "PasswordAuthentication no\nInclude sshd_config.d/*.conf\n")
                .with("/etc/ssh/sshd_config.d/50.conf", "PasswordAuthentication yes\n");

        assertThat(value("passwordauthentication")).isEqualTo("no");
    }

    @Test
    void dropInsAreReadInTheOrderOfTheirBytes() {
        files.with("/etc/ssh/sshd_config", "Include sshd_config.d/*.conf\n")
                .with("/etc/ssh/sshd_config.d/9.conf", "PermitRootLogin yes\n")
                .with("/etc/ssh/sshd_config.d/10.conf", "PermitRootLogin no\n")
                .with("/etc/ssh/sshd_config.d/.hidden.conf", "PermitRootLogin yes\n")
                .with("/etc/ssh/sshd_config.d/1.conf.dpkg-old", "PermitRootLogin yes\n");

        assertThat(value("permitrootlogin")).isEqualTo("no");
    }

    @Test
    void keywordsAreInAnyCaseWithEqualsOrQuotesAndComments() {
        files.with(
                "/etc/ssh/sshd_config",
                """
                # PasswordAuthentication yes
                  passwordAUTHENTICATION = "no" # yes
                PermitRootLogin=no
                ChallengeResponseAuthentication no
                """);

        assertThat(value("passwordauthentication")).isEqualTo("no");
        assertThat(value("permitrootlogin")).isEqualTo("no");
        assertThat(value("kbdinteractiveauthentication")).isEqualTo("no");
    }

    @Test
    void withoutASettingTheDefaultOfDebianHolds() {
        files.with("/etc/ssh/sshd_config", "");

        assertThat(value("passwordauthentication")).isEqualTo("yes");
        assertThat(value("permitrootlogin")).isEqualTo("prohibit-password");
        assertThat(value("permitemptypasswords")).isEqualTo("no");
    }

    @Test
    void whatStandsUnderMatchIsNotForEveryone() {
        files.with(
                "/etc/ssh/sshd_config",
                """
                Match User backup Address 10.0.0.0/8
                    PasswordAuthentication yes
                Match Group wheel
                    PermitRootLogin yes
                """);
        var config = SshdConfigParser.read(reader);

        assertThat(config.effective("permitrootlogin").word()).isEqualTo("prohibit-password");
        assertThat(config.matches())
                .extracting(SshdConfig.MatchBlock::criteria)
                .containsExactly("User backup Address 10.0.0.0/8", "Group wheel");
        assertThat(config.all("passwordauthentication")).hasSize(2);
    }

    @Test
    void matchAllOverridesTheGlobalPart() {
        files.with(
                "/etc/ssh/sshd_config",
                "PasswordAuthentication no\nMatch all\nPasswordAuthentication yes\n");

        assertThat(value("passwordauthentication")).isEqualTo("yes");
    }

    @Test
    void aMatchInAnIncludedFileEndsWithThatFile() {
        files.with(
                        "/etc/ssh/sshd_config",
                        "Include sshd_config.d/a.conf\nPasswordAuthentication no\n")
                .with("/etc/ssh/sshd_config.d/a.conf", "Match User x\nPermitRootLogin yes\n");

        assertThat(value("passwordauthentication")).isEqualTo("no");
    }

    @Test
    void anIncludeUnderMatchHoldsOnlyThere() {
        files.with("/etc/ssh/sshd_config", "Match User x\nInclude extra.conf\n")
                .with(
                        "/etc/ssh/extra.conf",
                        "PasswordAuthentication yes\nMatch Group y\nX11Forwarding no\n");
        var config = SshdConfigParser.read(reader);

        assertThat(config.everyone()).isEmpty();
        assertThat(config.matches())
                .extracting(SshdConfig.MatchBlock::criteria)
                .containsExactly("User x", "User x and Group y");
    }

    @Test
    void aFileThatIncludesItselfIsReportedAndEnds() {
        files.with("/etc/ssh/sshd_config", "Include sshd_config\nPasswordAuthentication no\n");

        assertThat(value("passwordauthentication")).isEqualTo("no");
        assertThat(reader.unread()).hasSize(1);
        assertThat(reader.unread().getFirst().reason()).contains("more than 16 deep");
    }

    @Test
    void includesThatMultiplyAreStopped() {
        files.with("/etc/ssh/sshd_config", "Include sshd_config sshd_config sshd_config\n");

        SshdConfigParser.read(reader);

        assertThat(reader.unread())
                .anyMatch(each -> each.reason().contains("more than 1000 files"));
    }

    @Test
    void aQuoteWithoutEndIsReported() {
        files.with("/etc/ssh/sshd_config", "PasswordAuthentication \"no\n");

        SshdConfigParser.read(reader);

        assertThat(reader.unread()).hasSize(1);
    }

    @Test
    void withoutAFileOfTheAdministratorTheVendorsCounts() {
        files.with("/usr/etc/ssh/sshd_config", "PermitRootLogin yes\n");

        assertThat(value("permitrootlogin")).isEqualTo("yes");

        files.with("/etc/ssh/sshd_config", "");

        assertThat(value("permitrootlogin")).isEqualTo("prohibit-password");
    }
}
