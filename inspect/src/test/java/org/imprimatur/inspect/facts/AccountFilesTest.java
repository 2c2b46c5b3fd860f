package org.imprimatur.inspect.facts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import org.junit.jupiter.api.Test;

class AccountFilesTest {

    @Test
    void thePasswordOfAnXIsInShadowAndElseInPasswd() {
        var reader =
                new ConfigReader(
                        new FilesInMemory()
                                .with(
                                        "/etc/passwd",
                                        """
                                        root:x:0:0:root:/root:/bin/bash
                                        old:$1$a$b:10:10::/home/old:/bin/sh
                                        open::11:11::/home/open:/bin/sh
                                        ghost:x:12:12::/home/ghost:
                                        """)
                                .with("/etc/shadow", "root:$6$a$b:1::::::\n"));

        assertThat(AccountFiles.accounts(reader))
                .extracting(Account::name, Account::password, Account::hasLoginShell)
                .containsExactly(
                        tuple("root", new Password.Usable("sha512crypt"), true),
                        tuple("old", new Password.Usable("md5crypt"), true),
                        tuple("open", new Password.Empty(), true),
                        tuple("ghost", new Password.None(), true));
    }

    @Test
    void ofTwoShadowEntriesTheMoreDangerousCounts() {
        var reader =
                new ConfigReader(
                        new FilesInMemory()
                                .with("/etc/passwd", "a:x:1:1::/:/bin/sh\n")
                                .with("/etc/shadow", "a:*:1\na:$6$s$h:1\na:!:1\n"));

        assertThat(AccountFiles.accounts(reader).getFirst().password())
                .isEqualTo(new Password.Usable("sha512crypt"));
    }

    @Test
    void aShellThatEndsAtOnceIsNoLogin() {
        for (var shell : new String[] {"/usr/sbin/nologin", "/bin/false", "/bin/sync"}) {
            var account = new Account("a", 1000, 1000, "/", shell, new Password.None(), Aging.NONE);
            assertThat(account.hasLoginShell()).as(shell).isFalse();
        }
        assertThat(
                        new Account("a", 1, 1, "/", "/bin/zsh", new Password.None(), Aging.NONE)
                                .hasLoginShell())
                .isTrue();
    }

    @Test
    void anUnreadableShadowIsReportedAndNotTakenForEmpty() {
        var reader =
                new ConfigReader(
                        new FilesInMemory()
                                .with("/etc/passwd", "a:x:1:1::/:/bin/sh\n")
                                .broken("/etc/shadow", "extent tree is damaged"));

        AccountFiles.accounts(reader);

        assertThat(reader.unread())
                .extracting(Object::toString)
                .containsExactly("/etc/shadow: extent tree is damaged");
    }
}
