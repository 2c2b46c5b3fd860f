package org.imprimatur.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.imprimatur.register.MalformedInput;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "libvirt",
        description = {
            "What /etc/libvirt/hooks/qemu calls: ask whether a domain may start, and record its start"
                    + " and its end. One that is restored or moves in is asked for like any other.",
            "The domain's XML comes on standard input. A start is refused by any status but 0, with the"
                    + " reasons on standard error; nothing else is ever refused."
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  virsh dumpxml vm1 | imprimatur hook libvirt vm1 prepare begin -",
            "     asks as libvirt would, and registers vm1 as it would"
        })
final class HookLibvirtCommand implements Callable<Integer> {

    private static final Duration LONGEST_END = Duration.ofSeconds(10);

    @Spec private @Nullable CommandSpec spec;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The hook's configuration (default: /etc/imprimatur/hook.yaml).")
    private Path config = HookConfig.USUAL;

    @Parameters(index = "0", paramLabel = "NAME", description = "The domain's name.")
    private String name = "";

    @Parameters(index = "1", paramLabel = "OPERATION", description = "prepare, started, …")
    private String operation = "";

    @SuppressWarnings("UnusedVariable") // the operation alone says what is to be done
    @Parameters(
            index = "2..*",
            paramLabel = "ARG",
            description = "The rest of what libvirt gives: begin or end, and more.")
    private List<String> rest = List.of();

    private interface Step {
        void take(LibvirtHook hook, LibvirtDomain domain) throws IOException;
    }

    @Override
    public Integer call() throws Exception {
        switch (operation) {
            case "prepare" -> {
                var settings = HookConfig.read(config);
                within(
                        settings.patience().plus(settings.hashFor()),
                        () -> take(settings, LibvirtHook::prepare));
            }
            case "started" -> withoutRefusal("runs; that is not told yet", LibvirtHook::started);
            case "stopped", "release" ->
                    withoutRefusal("has ended; that is not told yet", LibvirtHook::ended);
            case "reconnect", "attach" -> withoutRefusal("runs on", LibvirtHook::found);
            default -> {
                // For "migrate" and "restore" libvirt takes what is put out as the domain's new
                // definition, and other hooks may change it after this one. What comes of it is
                // asked for at "prepare", which follows.
            }
        }
        return ExitCode.DONE.status();
    }

    /** What fails here is said, and keeps nothing from going on. */
    private void withoutRefusal(String what, Step step) {
        try {
            var settings = HookConfig.read(config);
            within(
                    settings.patience().compareTo(LONGEST_END) < 0
                            ? settings.patience()
                            : LONGEST_END,
                    () -> take(settings, step));
        } catch (Exception failure) {
            LibvirtHook.tell(
                    Objects.requireNonNull(spec).commandLine().getErr(),
                    "'%s' %s".formatted(name, what),
                    failure);
        }
    }

    private static @Nullable Void take(HookConfig settings, Step step) throws IOException {
        byte[] xml = System.in.readNBytes(LibvirtXml.MAX_BYTES + 1);
        LibvirtDomain domain;
        try {
            domain = LibvirtDomain.read(xml);
        } catch (MalformedInput e) {
            throw new CommandFailure(ExitCode.UNREADABLE, e.explanation(), e);
        }
        step.take(
                new LibvirtHook(
                        settings,
                        new NodeClient(settings.node(), settings.patience()),
                        new HookMemory(settings.state(), LibvirtHook.boot()),
                        At.CLOCK),
                domain);
        return null;
    }

    /** Whatever does not answer, libvirt is not kept waiting. */
    private static void within(Duration limit, Callable<@Nullable Void> work) throws Exception {
        var task = new FutureTask<>(work);
        Thread.ofPlatform().daemon().name("hook").start(task);
        try {
            task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new CommandFailure(
                    ExitCode.UNREACHABLE, "no answer within %d s".formatted(limit.toSeconds()), e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }
}
