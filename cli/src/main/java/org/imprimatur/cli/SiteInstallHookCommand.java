package org.imprimatur.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "install-hook",
        description = {
            "Let libvirt on this host ask the site before a domain starts, and tell it when one ends.",
            "Writes one script into libvirt's directory of hooks; what is another's there stays. With"
                    + " --node also the hook's configuration, where there is none."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur site install-hook --node http://127.0.0.1:8080 --store /srv/images"
                    + " --operator 'CN=Site operator,O=Example' --class infrastructure",
            "  imprimatur site install-hook --hooks-dir /tmp/hooks --config hook.yaml"
        })
final class SiteInstallHookCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();

    @Option(
            names = "--hooks-dir",
            paramLabel = "DIR",
            defaultValue = "/etc/libvirt/hooks",
            description = "Where libvirt looks for hooks (default: ${DEFAULT-VALUE}).")
    private @Nullable Path hooks;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The hook's configuration (default: /etc/imprimatur/hook.yaml).")
    private Path config = HookConfig.USUAL;

    @Option(
            names = "--command",
            paramLabel = "FILE",
            required = true,
            defaultValue = "${sys:imprimatur.launcher}",
            description = "The command that the hook calls (default: this one).")
    private @Nullable Path launcher;

    @Option(
            names = "--node",
            paramLabel = "URL",
            description = "For the configuration: the site's node.")
    private @Nullable URI node;

    @Option(
            names = "--store",
            paramLabel = "DIR",
            description = "For the configuration: the site's store, as this host sees it.")
    private @Nullable Path store;

    @Option(
            names = "--operator",
            paramLabel = "NAME",
            description = "For the configuration: who is responsible where a domain names nobody.")
    private @Nullable String operator;

    @Option(
            names = "--class",
            paramLabel = "CLASS",
            description = "For the configuration: the use-case class where a domain names none.")
    private @Nullable String useClass;

    @Override
    public Integer call() throws IOException {
        var settings = config.toAbsolutePath().normalize();
        var placed =
                new HookScript(Objects.requireNonNull(launcher).toAbsolutePath(), settings)
                        .place(Objects.requireNonNull(hooks).toAbsolutePath());
        boolean there = Files.exists(settings, LinkOption.NOFOLLOW_LINKS);
        boolean written = !there && node != null;
        if (written) {
            Files.createDirectories(Objects.requireNonNull(settings.getParent()));
            Files.writeString(settings, configuration());
            HookConfig.read(settings);
        }
        var next = next(settings, there || written, placed.isNew());
        var document =
                Output.object()
                        .put("hook", placed.file().toString())
                        .put("state", placed.isNew() ? "installed" : "replaced")
                        .put("config", settings.toString())
                        .put("configState", written ? "written" : there ? "kept" : "missing");
        var list = document.putArray("next");
        next.forEach(list::add);
        output.line("%s %s", placed.isNew() ? "installed" : "replaced", placed.file());
        if (written) {
            output.line("written   %s", settings);
        }
        next.forEach(step -> output.line("next: %s", step));
        output.document(document);
        return ExitCode.DONE.status();
    }

    private String configuration() {
        var text = new StringBuilder();
        text.append("# How this host asks its site: docs/site.md, \"Hypervisors\".\n");
        line(text, "node", node);
        if (store != null) {
            text.append("stores: [")
                    .append(quoted(store.toAbsolutePath().normalize().toString()))
                    .append("]\n");
        }
        line(text, "operator", operator);
        line(text, "class", useClass);
        return text.toString();
    }

    private static void line(StringBuilder text, String name, @Nullable Object value) {
        if (value != null) {
            text.append(name).append(": ").append(quoted(value.toString())).append('\n');
        }
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static List<String> next(Path settings, boolean configured, boolean isNew) {
        var next = new ArrayList<String>();
        if (!configured) {
            next.add(
                    "write %s (until then every start is refused): node, stores, operator, class; see docs/site.md"
                            .formatted(settings));
        }
        if (isNew) {
            next.add(
                    "restart libvirt, which looks for hooks when it starts: systemctl restart libvirtd (or virtqemud); running domains go on");
        }
        next.add("try it: virsh dumpxml DOMAIN | imprimatur hook libvirt DOMAIN prepare begin -");
        return next;
    }
}
