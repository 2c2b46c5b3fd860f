package org.imprimatur.inspect.context;

import java.util.List;
import java.util.Set;

/** Judges commands that end what logs, or by which a site sees and controls a machine. */
final class ServiceJudge {

    private static final Set<String> ENDING = Set.of("stop", "disable", "mask", "kill");

    private final Objections objections;

    ServiceJudge(Objections objections) {
        this.objections = objections;
    }

    /** Judges a command, if it is one about services; says whether it is. */
    boolean judge(String name, List<String> rest) {
        var verbs = rest.stream().filter(word -> !word.startsWith("-")).toList();
        var first = verbs.isEmpty() ? "" : verbs.getFirst();
        switch (name) {
            case "systemctl" -> {
                if (ENDING.contains(first)) {
                    verbs.stream().skip(1).forEach(unit -> ends(unit, "systemctl " + first));
                }
            }
            case "service", "rc-service", "invoke-rc.d" -> {
                if (verbs.size() > 1 && ENDING.contains(verbs.get(1))) {
                    ends(first, name + " … " + verbs.get(1));
                }
            }
            case "chkconfig" -> {
                if (verbs.contains("off") || rest.contains("--del")) {
                    ends(first, name + " … off");
                }
            }
            case "update-rc.d" -> {
                if (verbs.contains("remove") || verbs.contains("disable")) {
                    ends(first, name + " … disable");
                }
            }
            case "rc-update" -> {
                if (first.startsWith("del") && verbs.size() > 1) {
                    ends(verbs.get(1), name + " del");
                }
            }
            case "kill" -> {
                // whom it ends is a number; only to be told something is no end
                if (rest.stream().noneMatch(word -> word.matches("-(?:s|0|1|HUP|USR1|USR2)"))) {
                    objections.unclear("kill ends a process that is not named");
                }
            }
            case "killall", "pkill" -> verbs.forEach(each -> ends(each, name));
            case "auditctl" -> {
                int at = rest.indexOf("-e");
                if (rest.contains("-D")
                        || at >= 0 && at + 1 < rest.size() && rest.get(at + 1).equals("0")) {
                    objections.object(ContextRule.LOGGING, "auditctl switches auditing off");
                }
            }
            case "setenforce" -> {
                if (!first.equals("1") && !first.equalsIgnoreCase("enforcing")) {
                    objections.object(ContextRule.LOGGING, "setenforce switches SELinux off");
                }
            }
            case "aa-teardown", "aa-disable" ->
                    objections.object(ContextRule.LOGGING, "runs " + name);
            case "iptables", "ip6tables" -> {
                if (rest.stream().anyMatch(word -> word.matches("-F|--flush|-X"))
                        && first.isEmpty()) {
                    objections.object(ContextRule.LOGGING, name + " takes all rules away");
                }
            }
            case "nft" -> {
                if (verbs.contains("flush") && verbs.contains("ruleset")) {
                    objections.object(ContextRule.LOGGING, "nft takes all rules away");
                }
            }
            case "ufw" -> {
                if (first.equals("disable") || first.equals("reset")) {
                    objections.object(ContextRule.LOGGING, "ufw " + first);
                }
            }
            case "journalctl" -> {
                if (rest.stream().anyMatch(word -> word.startsWith("--vacuum"))) {
                    objections.object(ContextRule.LOGGING, "journalctl deletes the journal");
                }
            }
            default -> {
                if (ENDING.contains(first) && Programs.WATCHING.contains(name)) {
                    ends(name, first);
                    return true;
                }
                return false;
            }
        }
        return true;
    }

    private void ends(String unit, String how) {
        if (Places.marker(unit) >= 0) {
            objections.unclear(how + " of a service that is made of a variable");
            return;
        }
        int dot = unit.lastIndexOf('.');
        var stem =
                dot > 0 && unit.substring(dot).matches("\\.(?:service|socket|target|timer)")
                        ? unit.substring(0, dot)
                        : unit;
        if (Programs.WATCHING.contains(stem) || stem.startsWith("systemd-journald")) {
            objections.object(ContextRule.LOGGING, "%s %s".formatted(how, Objections.shown(stem)));
        }
    }
}
