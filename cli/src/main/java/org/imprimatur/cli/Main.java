package org.imprimatur.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.imprimatur.disk.ImageException;
import org.imprimatur.inspect.rules.InvalidProfile;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.trust.UnusableKey;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The command {@code imprimatur}: its subcommands, and the one place where failures become exit
 * statuses.
 */
@Command(
        name = "imprimatur",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "The whole life of a trusted virtual machine image: inspect, endorse, publish, approve,"
                    + " admit, revoke.",
            ""
        },
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit status:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur demo                      the whole story on a real Debian disk",
            "  imprimatur inspect image.qcow2       may this image be endorsed?",
            "  imprimatur verify image.bundle.json image.qcow2 --charter charter.json --anchors"
                    + " certificates/",
            "  imprimatur COMMAND --help            more on one command"
        })
public final class Main implements Callable<Integer> {

    @Option(
            names = "--debug",
            scope = ScopeType.INHERIT,
            description = "Show the stack trace of an error.")
    private boolean debug;

    @Spec private @Nullable CommandSpec spec;

    private static final Map<String, Class<?>> COMMANDS = new LinkedHashMap<>();

    static {
        COMMANDS.put("demo", DemoCommand.class);
        COMMANDS.put("inspect", InspectCommand.class);
        COMMANDS.put("convert", ConvertCommand.class);
        COMMANDS.put("advisories", AdvisoriesCommand.class);
        COMMANDS.put("rules", RulesCommand.class);
        COMMANDS.put("context", ContextCommand.class);
        COMMANDS.put("profile", ProfileCommand.class);
        COMMANDS.put("endorse", EndorseCommand.class);
        COMMANDS.put("tree", TreeCommand.class);
        COMMANDS.put("verify", VerifyCommand.class);
        COMMANDS.put("status", StatusCommand.class);
        COMMANDS.put("revoke", RevokeCommand.class);
        COMMANDS.put("appoint", AppointCommand.class);
        COMMANDS.put("dismiss", DismissCommand.class);
        COMMANDS.put("accept", AcceptCommand.class);
        COMMANDS.put("approve", ApproveCommand.class);
        COMMANDS.put("refuse", RefuseCommand.class);
        COMMANDS.put("block", BlockCommand.class);
        COMMANDS.put("unblock", UnblockCommand.class);
        COMMANDS.put("exception", ExceptionCommand.class);
        COMMANDS.put("suspend", SuspendCommand.class);
        COMMANDS.put("reinstate", ReinstateCommand.class);
        COMMANDS.put("people", PeopleCommand.class);
        COMMANDS.put("policy", PolicyCommand.class);
        COMMANDS.put("practice", PracticeCommand.class);
        COMMANDS.put("history", HistoryCommand.class);
        COMMANDS.put("list", ListCommand.class);
        COMMANDS.put("stratuslab", StratusLabCommand.class);
        COMMANDS.put("oci", OciCommand.class);
        COMMANDS.put("streams", StreamsCommand.class);
        COMMANDS.put("statement", StatementCommand.class);
        COMMANDS.put("ledger", LedgerCommand.class);
        COMMANDS.put("site", SiteCommand.class);
        COMMANDS.put("instances", InstancesCommand.class);
        COMMANDS.put("incident", IncidentCommand.class);
        COMMANDS.put("hook", HookCommand.class);
        COMMANDS.put("decide", DecideCommand.class);
        COMMANDS.put("replay", ReplayCommand.class);
        COMMANDS.put("serve", ServeCommand.class);
        COMMANDS.put("keygen", KeygenCommand.class);
        COMMANDS.put("generate-completion", GenerateCompletion.class);
    }

    public static void main(String[] args) {
        HeadStart.begin(args);
        var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int status = run(out, err, args);
        // All is written and closed by now. An orderly exit would first start the JDK's logging, to
        // log itself, which takes a tenth of a short command's time.
        if (status != 0) {
            Runtime.getRuntime().halt(status);
        }
    }

    /** Runs one command line. The writers are flushed, not closed. Returns the exit status. */
    public static int run(PrintWriter out, PrintWriter err, String... args) {
        var line = new CommandLine(new Main());
        commandsFor(args).forEach(line::addSubcommand);
        line.setOut(out);
        line.setErr(err);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.registerConverter(Instant.class, new Converters.InstantConverter());
        // picocli has its own, by reflection, which takes long to start.
        line.registerConverter(Path.class, Path::of);
        line.setUsageHelpWidth(100);
        line.setParameterExceptionHandler(Main::misused);
        line.setExecutionExceptionHandler((failure, at, _) -> failed(failure, at));
        describeExitCodes(line);
        int status;
        try {
            status = line.execute(args);
        } catch (Error broken) {
            status = failed(new IllegalStateException(broken.toString(), broken), line);
        }
        out.flush();
        err.flush();
        return status;
    }

    /**
     * The commands that this command line can mean. To look into all of them takes longer than most
     * commands do.
     */
    private static Map<String, Class<?>> commandsFor(String... args) {
        var first = args.length == 0 ? "" : args[0];
        // A script for completion is about all commands.
        if (COMMANDS.containsKey(first) && !first.equals("generate-completion")) {
            return Map.of(first, Objects.requireNonNull(COMMANDS.get(first)));
        }
        return first.equals("--version") || first.equals("-V") ? Map.of() : COMMANDS;
    }

    /** Without a command there is nothing to do but to say which there are. */
    @Override
    public Integer call() {
        throw new ParameterException(Objects.requireNonNull(spec).commandLine(), "which command?");
    }

    private static void describeExitCodes(CommandLine line) {
        var codes = new LinkedHashMap<String, String>();
        for (var code : ExitCode.values()) {
            codes.put(String.valueOf(code.status()), code.meaning());
        }
        line.getCommandSpec().usageMessage().exitCodeList(codes);
        line.getSubcommands().values().forEach(Main::describeExitCodes);
    }

    private static int misused(ParameterException misuse, String[] args) {
        var line = misuse.getCommandLine();
        line.getErr().println("imprimatur: " + oneLine(String.valueOf(misuse.getMessage())));
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(misuse, line.getErr())) {
            line.getErr().println("Try '" + line.getCommandSpec().qualifiedName() + " --help'.");
        }
        return ExitCode.USAGE.status();
    }

    private static int failed(Exception failure, CommandLine line) {
        var err = line.getErr();
        var found = explain(failure);
        err.println("imprimatur: " + oneLine(found.explanation()));
        if (line.getCommandSpec().root().userObject() instanceof Main main && main.debug) {
            failure.printStackTrace(err);
        }
        return found.exit().status();
    }

    /**
     * File names and answers from elsewhere must not make lines of their own, or move the cursor.
     */
    private static String oneLine(String text) {
        return text.strip().replaceAll("[\\p{Cc}\\u2028\\u2029]+", " ");
    }

    /** The one place where a failure gets its exit status and its words. */
    private static CommandFailure explain(Exception failure) {
        return switch (failure) {
            case CommandFailure known -> known;
            case BadConfiguration wrong ->
                    failure(ExitCode.USAGE, String.valueOf(wrong.getMessage()), wrong);
            case InvalidProfile wrong ->
                    failure(ExitCode.USAGE, String.valueOf(wrong.getMessage()), wrong);
            case ImageException bad -> failure(ExitCode.UNREADABLE, bad.explanation(), bad);
            case MalformedInput bad -> failure(ExitCode.UNREADABLE, bad.explanation(), bad);
            case org.imprimatur.ledger.MalformedInput bad ->
                    failure(ExitCode.UNREADABLE, bad.explanation(), bad);
            case UnusableKey bad -> failure(ExitCode.UNREADABLE, bad.explanation(), bad);
            case NoSuchFileException none ->
                    failure(ExitCode.UNREADABLE, "there is no file " + none.getFile(), none);
            case AccessDeniedException denied ->
                    failure(
                            ExitCode.UNREADABLE,
                            "no permission for " + denied.getFile() + " (try: ls -l)",
                            denied);
            case FileAlreadyExistsException there ->
                    failure(ExitCode.USAGE, there.getFile() + " is there already", there);
            case NotDirectoryException file ->
                    failure(ExitCode.UNREADABLE, file.getFile() + " is not a directory", file);
            case FileSystemException broken ->
                    failure(
                            ExitCode.UNREADABLE,
                            broken.getFile()
                                    + ": "
                                    + Objects.requireNonNullElse(
                                            broken.getReason(), "cannot be read or written"),
                            broken);
            case UncheckedIOException wrapped -> {
                var cause = wrapped.getCause();
                yield explain(cause == null ? new IOException("input or output failed") : cause);
            }
            case IOException broken ->
                    failure(
                            ExitCode.UNREADABLE,
                            "cannot read or write: "
                                    + Objects.requireNonNullElse(
                                            broken.getMessage(), broken.toString()),
                            broken);
            default ->
                    failure(
                            ExitCode.INTERNAL,
                            "internal error: "
                                    + failure
                                    + " (run again with --debug and report what it prints)",
                            failure);
        };
    }

    private static CommandFailure failure(ExitCode exit, String explanation, Exception cause) {
        return new CommandFailure(exit, explanation, cause);
    }

    /** The version, as the build wrote it down. */
    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() throws IOException {
            return new String[] {"imprimatur " + text()};
        }

        static String text() throws IOException {
            var properties = new Properties();
            try (var in = Main.class.getResourceAsStream("build.properties")) {
                if (in == null) {
                    throw new IllegalStateException("build.properties is not in the jar");
                }
                properties.load(in);
            }
            return properties.getProperty("version");
        }
    }
}
