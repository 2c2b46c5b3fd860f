package org.imprimatur.inspect.facts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What is understood is what visudo takes; what it refuses is recorded as unread. */
class SudoersVectorsTest {

    @TestFactory
    Stream<DynamicTest> whatVisudoTakesIsUnderstood() throws IOException {
        return Vectors.read("visudo-c.txt").stream()
                .map(
                        each ->
                                DynamicTest.dynamicTest(
                                        each.name(),
                                        () -> {
                                            var reader = new ConfigReader(each.files());
                                            SudoersParser.read(reader);
                                            boolean taken =
                                                    each.expected()
                                                            .getFirst()
                                                            .getFirst()
                                                            .equals("yes");
                                            assertThat(reader.unread().isEmpty()).isEqualTo(taken);
                                        }));
    }
}
