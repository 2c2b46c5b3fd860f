package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HookMemoryTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final UUID MACHINE = UUID.randomUUID();

    @TempDir Path directory;

    private HookMemory boot(String name) throws IOException {
        return new HookMemory(directory.resolve("state"), name);
    }

    @Test
    void aMachineIsRememberedUntilItsEndIsTold() throws IOException {
        var instance = UUID.randomUUID();
        boot("one").begin(MACHINE, instance, NOW);
        assertThat(boot("one").instance(MACHINE)).contains(instance);

        boot("one").end(MACHINE, NOW.plusSeconds(5));
        var untold = boot("one").untold();

        assertThat(boot("one").instance(MACHINE)).isEmpty();
        assertThat(untold).containsExactly(new HookMemory.End(instance, NOW.plusSeconds(5)));
        boot("one").told(untold.getFirst());
        assertThat(boot("one").untold()).isEmpty();
    }

    @Test
    void whoStartsAgainHasEnded() throws IOException {
        var first = UUID.randomUUID();
        var second = UUID.randomUUID();
        boot("one").begin(MACHINE, first, NOW);
        boot("one").begin(MACHINE, second, NOW.plusSeconds(9));

        assertThat(boot("one").instance(MACHINE)).contains(second);
        assertThat(boot("one").untold())
                .containsExactly(new HookMemory.End(first, NOW.plusSeconds(9)));
    }

    @Test
    void whatRanBeforeTheHostStartedAgainHasEnded() throws IOException {
        var instance = UUID.randomUUID();
        boot("one").begin(MACHINE, instance, NOW);
        boot("one").endEarlierBoots(NOW);
        assertThat(boot("one").untold()).isEmpty();

        assertThat(boot("two").instance(MACHINE)).isEmpty();
        boot("two").endEarlierBoots(NOW.plusSeconds(60));

        assertThat(boot("two").untold())
                .containsExactly(new HookMemory.End(instance, NOW.plusSeconds(60)));
    }

    @Test
    void whatWasHalfWrittenIsNotSeen() throws IOException {
        var memory = boot("one");
        Files.writeString(directory.resolve("state/ended/.1.new"), "");
        Files.writeString(directory.resolve("state/ended/" + UUID.randomUUID()), "");

        assertThat(memory.untold()).isEmpty();
        memory.end(UUID.randomUUID(), NOW);
        assertThat(memory.untold()).isEmpty();
    }
}
