package org.imprimatur.inspect.facts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import org.junit.jupiter.api.Test;

class SudoersTest {

    private final FilesInMemory files = new FilesInMemory();
    private final ConfigReader reader = new ConfigReader(files);

    private SudoPolicy read(String main) {
        files.with("/etc/sudoers", main);
        return SudoersParser.read(reader);
    }

    @Test
    void debiansOwnFileIsUnderstood() {
        var policy =
                read(
                        """
                        #
                        # This file MUST be edited with the 'visudo' command as root.
                        Defaults\tenv_reset
                        Defaults\tmail_badpass
                        Defaults\tsecure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin"
                        #Defaults:%sudo env_keep += "http_proxy https_proxy"

                        # User privilege specification
                        root\tALL=(ALL:ALL) ALL

                        %sudo\tALL=(ALL:ALL) ALL

                        @includedir /etc/sudoers.d
                        """);

        assertThat(policy.rules())
                .extracting(
                        SudoPolicy.Rule::users, SudoPolicy.Rule::runAs, SudoPolicy.Rule::noPassword)
                .containsExactly(
                        tuple(List.of("root"), "ALL:ALL", false),
                        tuple(List.of("%sudo"), "ALL:ALL", false));
        assertThat(reader.unread()).isEmpty();
    }

    @Test
    void aTagHoldsForTheCommandsBehindItUntilItsOpposite() {
        var policy = read("a ALL = /bin/x, NOPASSWD: /bin/y, SETENV: /bin/z, PASSWD: /bin/w\n");

        assertThat(policy.rules())
                .extracting(SudoPolicy.Rule::command, SudoPolicy.Rule::noPassword)
                .containsExactly(
                        tuple("/bin/x", false),
                        tuple("/bin/y", true),
                        tuple("/bin/z", true),
                        tuple("/bin/w", false));
    }

    @Test
    void aliasesAreResolvedEvenIfDefinedLaterOrInEachOther() {
        var policy =
                read(
                        "OPS ALL=(ALL) NOPASSWD: ALL\nUser_Alias OPS = a, ADMINS, !c : ADMINS = b, OPS\n");

        assertThat(policy.rules().getFirst().users()).containsExactly("a", "b", "!c");
    }

    @Test
    void directoriesAreReadInOrderWithoutBackupsAndDottedNames() {
        files.with("/etc/sudoers.d/b", "b ALL=ALL\n")
                .with("/etc/sudoers.d/a", "a ALL=ALL\n")
                .with("/etc/sudoers.d/c~", "c ALL=ALL\n")
                .with("/etc/sudoers.d/d.dpkg-old", "d ALL=ALL\n");

        assertThat(read("#includedir /etc/sudoers.d\n").rules())
                .extracting(rule -> rule.users().getFirst())
                .containsExactly("a", "b");
    }

    @Test
    void linesContinueAndSeveralHostsMayFollow() {
        var policy =
                read(
                        "a, b \\\n  web = NOPASSWD: /bin/x \\\n : db = (oracle) /bin/y arg\\,ument # why\n");

        assertThat(policy.rules())
                .extracting(
                        SudoPolicy.Rule::users,
                        SudoPolicy.Rule::hosts,
                        SudoPolicy.Rule::runAs,
                        SudoPolicy.Rule::noPassword,
                        SudoPolicy.Rule::command)
                .containsExactly(
                        tuple(List.of("a", "b"), "web", "", true, "/bin/x"),
                        tuple(List.of("a", "b"), "db", "oracle", false, "/bin/y arg\\,ument"));
    }

    @Test
    void notAuthenticateIsNoPasswordByAnotherName() {
        var policy = read("Defaults:alice !authenticate\nDefaults env_reset, !authenticate\n");

        assertThat(policy.unauthenticated())
                .extracting(SudoPolicy.Unauthenticated::scope)
                .containsExactly(":alice", "");
    }

    @Test
    void aUserByNumberIsNoComment() {
        assertThat(read("#1000 ALL=NOPASSWD: ALL\n").rules().getFirst().users())
                .containsExactly("#1000");
    }

    @Test
    void aLineThatIsNotUnderstoodIsReported() {
        read("a ALL ALL\n%sudo ALL=(ALL ALL\n");

        assertThat(reader.unread()).hasSize(2);
    }

    @Test
    void includesThatGoInCirclesEnd() {
        read("@include /etc/sudoers\na ALL=ALL\n");

        assertThat(reader.unread()).isNotEmpty();
    }

    @Test
    void aliasesThatMultiplyEnd() {
        var text = new StringBuilder("A0 ALL=ALL\n");
        for (int i = 0; i < 14; i++) {
            text.append("User_Alias A%d = ".formatted(i))
                    .append("A%d,".formatted(i + 1).repeat(200))
                    .append("x\n");
        }
        read(text.toString());

        assertThat(reader.unread()).anyMatch(each -> each.reason().contains("too many users"));
    }
}
