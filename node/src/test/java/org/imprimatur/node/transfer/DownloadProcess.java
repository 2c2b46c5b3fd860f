package org.imprimatur.node.transfer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.imprimatur.node.fetch.Fetch;

/** One download in a process of its own, to be killed: store, file with the bytes, location. */
final class DownloadProcess {

    private DownloadProcess() {}

    public static void main(String[] args) throws Exception {
        byte[] image = Files.readAllBytes(Path.of(args[1]));
        try (var fetch = new Fetch()) {
            var means = Trials.means(Path.of(args[0]), fetch, OptionalLong.of(4_000_000));
            switch (new Download(means, Trials.file(image, args[2]), Optional::empty).run()) {
                case Download.Outcome.Whole(var file) -> {
                    means.store().publish(file, DownloadKillIT.NAME);
                    System.exit(0);
                }
                case Download.Outcome.Failed(var why) -> {
                    System.err.println(why);
                    System.exit(1);
                }
                case Download.Outcome.Stopped _ -> System.exit(2);
            }
        }
    }
}
