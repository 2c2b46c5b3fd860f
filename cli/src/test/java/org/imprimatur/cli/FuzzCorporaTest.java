package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;

/** Replays the corpus of every fuzz target: what was found once stays found. */
class FuzzCorporaTest {

    @TestFactory
    Stream<DynamicTest> everyInputOfTheCorpusEndsNormally() throws IOException {
        return FuzzTargets.all()
                .map(target -> dynamicTest(target.module() + " " + target.name(), replay(target)));
    }

    private static Executable replay(FuzzTargets.Target target) {
        return () -> {
            var method = target.load().getMethod("fuzzerTestOneInput", byte[].class);
            var inputs = target.inputs();
            assertThat(inputs).as("the corpus of %s", target.name()).isNotEmpty();
            for (var input : inputs) {
                try {
                    method.invoke(null, (Object) input.bytes());
                } catch (InvocationTargetException e) {
                    throw new AssertionError(target.name() + " with " + input.name(), e.getCause());
                }
            }
        };
    }
}
