package org.imprimatur.inspect.facts.config;

/**
 * A command that runs at set times.
 *
 * @param path of the file that says so, for display
 * @param line in that file; 0 where the file is the command itself
 * @param user as whom it runs, as written
 * @param command as written; for a script its text. May hold secrets: never shown whole
 * @param personal true if it stands in somebody's own crontab or queue, not in the system's
 */
public record CronJob(String path, int line, String user, String command, boolean personal) {

    @Override
    public String toString() {
        return "CronJob[%s line %d]".formatted(path, line);
    }
}
