package org.imprimatur.inspect.facts.config;

import java.util.ArrayList;
import java.util.List;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.GuestFiles;
import org.imprimatur.inspect.facts.Shown;

/** Reads crontab(5), anacrontab(5), the periodic directories, and the queue of at(1). */
final class CronReader {

    private static final int MAX_JOBS = 10_000;
    private static final int MAX_SCRIPT = 1 << 16;

    private final ConfigReader reader;
    private final List<CronJob> jobs = new ArrayList<>();

    private CronReader(ConfigReader reader) {
        this.reader = reader;
    }

    static List<CronJob> read(ConfigReader reader) {
        var cron = new CronReader(reader);
        cron.table("/etc/crontab", true, "");
        for (var name : reader.names("/etc/cron.d")) {
            // cron skips names with a dot, as packages leave behind
            if (name.indexOf('.') < 0 && !name.endsWith("~")) {
                cron.table("/etc/cron.d/" + name, true, "");
            }
        }
        for (var directory :
                List.of("/var/spool/cron/crontabs", "/var/spool/cron", "/etc/crontabs")) {
            for (var name : reader.names(directory)) {
                boolean shipped = directory.equals("/etc/crontabs") && name.equals("root");
                if (reader.kind(directory + "/" + name) == GuestFiles.Kind.FILE && !shipped) {
                    cron.table(directory + "/" + name, false, name);
                }
            }
        }
        cron.anacron();
        for (var period : List.of("hourly", "daily", "weekly", "monthly")) {
            cron.scripts("/etc/cron." + period, false);
        }
        for (var directory :
                List.of("/var/spool/cron/atjobs", "/var/spool/at", "/var/spool/atjobs")) {
            cron.scripts(directory, true);
        }
        return cron.jobs;
    }

    private void table(String path, boolean hasUser, String owner) {
        int number = 0;
        for (var line : reader.lines(path)) {
            number++;
            var text = line.strip();
            if (text.isEmpty() || text.startsWith("#") || isAssignment(text)) {
                continue;
            }
            int times = text.startsWith("@") ? 1 : 5;
            var field = text.split("[ \t]+", times + (hasUser ? 2 : 1));
            if (field.length == times + (hasUser ? 2 : 1)) {
                add(
                        new CronJob(
                                Shown.path(path),
                                number,
                                hasUser ? Shown.text(field[times]) : Shown.text(owner),
                                field[field.length - 1],
                                !hasUser));
            }
        }
    }

    private void anacron() {
        int number = 0;
        for (var line : reader.lines("/etc/anacrontab")) {
            number++;
            var field = line.strip().split("[ \t]+", 4);
            if (field.length == 4 && !field[0].startsWith("#") && !isAssignment(line.strip())) {
                add(new CronJob("/etc/anacrontab", number, "root", field[3], false));
            }
        }
    }

    private void scripts(String directory, boolean personal) {
        for (var name : reader.names(directory)) {
            var path = directory + "/" + name;
            if (name.startsWith(".") || reader.kind(path) != GuestFiles.Kind.FILE) {
                continue;
            }
            var text = reader.size(path) > MAX_SCRIPT ? "" : reader.text(path);
            add(new CronJob(Shown.path(path), 0, "", text == null ? "" : text, personal));
        }
    }

    private void add(CronJob job) {
        if (jobs.size() < MAX_JOBS) {
            jobs.add(job);
        } else if (jobs.size() == MAX_JOBS) {
            reader.missed(job.path(), "more than %d jobs are planned".formatted(MAX_JOBS));
        }
    }

    /** NAME = value; a time never begins with a letter. */
    private static boolean isAssignment(String line) {
        int equals = line.indexOf('=');
        return equals > 0 && (Character.isLetter(line.charAt(0)) || line.charAt(0) == '_');
    }
}
