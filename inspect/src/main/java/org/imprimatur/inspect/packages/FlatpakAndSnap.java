package org.imprimatur.inspect.packages;

import java.util.List;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.Shown;

/**
 * Bundles beside the distribution's packages: flatpak's {@code KIND/NAME/ARCHITECTURE/BRANCH}
 * directories, and the files {@code NAME_REVISION.snap}. Only their names are known; what is in a
 * snap is a file system of its own.
 */
final class FlatpakAndSnap implements PackageDatabase {

    private static final String FLATPAK = "/var/lib/flatpak";
    private static final String SNAPS = "/var/lib/snapd/snaps";

    @Override
    public void read(ConfigReader reader, Inventory inventory) {
        for (var kind : List.of("app", "runtime")) {
            var root = FLATPAK + "/" + kind;
            for (var name : reader.names(root)) {
                for (var architecture : reader.names(root + "/" + name)) {
                    var versions = root + "/" + name + "/" + architecture;
                    // "current" is a link to one of the architectures
                    for (var branch :
                            architecture.equals("current")
                                    ? List.<String>of()
                                    : reader.names(versions)) {
                        if (!branch.equals("active")) {
                            add(
                                    inventory,
                                    PackageKind.FLATPAK,
                                    name,
                                    branch,
                                    architecture,
                                    versions + "/" + branch);
                        }
                    }
                }
            }
        }
        for (var file : reader.names(SNAPS)) {
            int underscore = file.lastIndexOf('_');
            if (file.endsWith(".snap") && underscore > 0) {
                add(
                        inventory,
                        PackageKind.SNAP,
                        file.substring(0, underscore),
                        file.substring(underscore + 1, file.length() - 5),
                        "",
                        SNAPS + "/" + file);
            }
        }
    }

    private static void add(
            Inventory inventory,
            PackageKind kind,
            String name,
            String version,
            String architecture,
            String path) {
        var shown = Shown.text(name);
        inventory.add(
                new InstalledPackage(
                        kind,
                        kind == PackageKind.SNAP ? "snap" : "flatpak",
                        shown,
                        Shown.text(version),
                        Shown.text(architecture),
                        shown,
                        Shown.text(version),
                        "",
                        "",
                        List.of(),
                        "",
                        null,
                        Shown.path(path),
                        "",
                        ""));
    }
}
