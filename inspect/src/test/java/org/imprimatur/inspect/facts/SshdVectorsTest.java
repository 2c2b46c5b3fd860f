package org.imprimatur.inspect.facts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Configurations of the SSH server against what the server itself makes of them. */
class SshdVectorsTest {

    @TestFactory
    Stream<DynamicTest> aSettingIsTheOneThatTheServerTells() throws IOException {
        return Vectors.read("sshd-T.txt").stream()
                .map(each -> DynamicTest.dynamicTest(each.name(), () -> check(each)));
    }

    private static void check(Vectors vector) {
        var config = SshdConfigParser.read(new ConfigReader(vector.files()));
        assertThat(vector.expected()).isNotEmpty();
        for (var expected : vector.expected()) {
            var user = expected.get(0);
            var keyword = expected.get(1);
            var setting = config.effective(keyword);
            if (!user.isEmpty()) {
                for (var match : config.matches()) {
                    var set =
                            match.settings().stream()
                                    .filter(each -> each.keyword().equals(keyword))
                                    .findFirst();
                    if (match.criteria().equals("User " + user) && set.isPresent()) {
                        setting = set.get();
                        break;
                    }
                }
            }
            assertThat(plain(setting.arguments()))
                    .as("%s for '%s'", keyword, user)
                    .isEqualTo(plain(List.of(expected.get(2).split(" ", -1))));
        }
    }

    /** Two words for one thing: the server tells the older. */
    private static List<String> plain(List<String> words) {
        return words.stream()
                .map(word -> word.equals("without-password") ? "prohibit-password" : word)
                .toList();
    }
}
