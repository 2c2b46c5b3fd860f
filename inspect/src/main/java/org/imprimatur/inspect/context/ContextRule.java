package org.imprimatur.inspect.context;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.imprimatur.inspect.rules.Severity;

/**
 * What contextualisations are judged by. Not weighed by a profile: it is the site's own work, and
 * what the clause forbids is forbidden to every site.
 */
public enum ContextRule {
    MISSING(
            "context.missing",
            "There is neither prolog.sh nor epilog.sh",
            Severity.BLOCK,
            List.of("WLCG-6"),
            "Machines run these two files of the medium's top directory, and no others.",
            "Name the script prolog.sh or epilog.sh, in lower case, and put it into the top directory.",
            "",
            ""),
    FILE(
            "context.file",
            "A script is no file that a shell can read",
            Severity.BLOCK,
            List.of("WLCG-6"),
            "It is not run, or not as it stands there: a link may lead to a file of the image.",
            "Make it a regular file of text with line feeds, below 256 KiB, on the medium itself.",
            "",
            ""),
    UNCLEAR(
            "context.unclear",
            "What a script does cannot be told",
            Severity.BLOCK,
            List.of("WLCG-6"),
            "Nothing can be said about what nobody could read.",
            "Say it plainly: name the program and the file, put what is run on the medium, in the"
                    + " shell's language.",
            "/usr/bin/logger -t context ready",
            "$TOOL install something"),
    PACKAGES(
            "context.packages",
            "Packages are installed, updated or removed",
            Severity.BLOCK,
            List.of("WLCG-6", "WLCG-4"),
            "The image would no longer be the one that was endorsed, and no site patches images.",
            "Refuse the image and tell its endorser what is missing; software of the site comes from"
                    + " a file system that is mounted.",
            "dpkg -s rsyslog",
            "apt-get install -y rsyslog"),
    KERNEL(
            "context.kernel",
            "The kernel or libraries are changed",
            Severity.BLOCK,
            List.of("WLCG-6"),
            "Every program runs on them: the image would no longer be the one that was endorsed.",
            "Leave them as they were endorsed, and tell the endorser what is missing.",
            "sysctl -w net.core.rmem_max=16777216",
            "echo /opt/lib/trace.so > /etc/ld.so.preload"),
    IMAGE(
            "context.image",
            "Programs or disks of the image are changed",
            Severity.BLOCK,
            List.of("WLCG-6", "WLCG-4"),
            "A site may not alter what was endorsed; /usr/local and /opt are searched for programs"
                    + " like the rest.",
            "Write configuration below /etc; mount programs of the site from elsewhere.",
            "cp \"$(dirname \"$0\")/site.conf\" /etc/rsyslog.d/",
            "install -m 755 agent /usr/local/bin/agent"),
    FETCHED(
            "context.fetched-code",
            "Something is fetched and run",
            Severity.BLOCK,
            List.of("WLCG-6"),
            "What will be run is not on the medium, nobody has judged it, and it may change.",
            "Put the script onto the medium.",
            "curl -o /etc/monitoring/hosts https://site.example/hosts",
            "curl https://site.example/setup.sh | sh"),
    LOGGING(
            "context.logging",
            "Logging or monitoring is switched off",
            Severity.BLOCK,
            List.of("WLCG-6", "TVM-3.7.8", "END-4.2.e", "EGI-5.2.f", "TVM-3.7.3"),
            "What happened on the machine cannot be told afterwards.",
            "Configure the service and restart it.",
            "systemctl restart rsyslog",
            "systemctl stop rsyslog"),
    ROOT(
            "context.root",
            "Somebody becomes root",
            Severity.BLOCK,
            List.of("WLCG-6", "TVM-3.7.7"),
            "No interface to a site needs it, and whoever is root can change the image unseen.",
            "Leave sudo's rules, and root's password and keys, as they were endorsed.",
            "chmod 600 /etc/munge/munge.key",
            "echo 'ops ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/ops"),
    ACCOUNTS(
            "context.accounts",
            "Accounts are made or changed",
            Severity.WARN,
            List.of("WLCG-6", "TVM-3.7.6", "END-4.2.d", "EGI-5.2.d"),
            "A batch system may need local accounts; any other is a way in that nobody endorsed.",
            "Take users from the site's directory service, or tell why they must be local.",
            "getent passwd pilot",
            "useradd pilot"),
    NETWORK(
            "context.network",
            "prolog.sh uses the network",
            Severity.WARN,
            List.of("WLCG-6"),
            "It runs before the network is there: it waits in vain, or fails.",
            "Do it in epilog.sh.",
            "hostname -F /etc/hostname",
            "mount -t nfs home.site.example:/home /home"),
    SECRET(
            "context.secret",
            "A script holds a secret",
            Severity.WARN,
            List.of("WLCG-6", "END-4.2.d2", "EGI-5.2.e"),
            "Every user of the machine who can read the medium has it, and so has its image file.",
            "Put it into a file of its own on the medium, or fetch it by the machine's identity.",
            "",
            "");

    private final String id;
    private final String title;
    private final Severity severity;
    private final List<String> clauses;
    private final String rationale;
    private final String remedy;
    private final String good;
    private final String bad;

    ContextRule(
            String id,
            String title,
            Severity severity,
            List<String> clauses,
            String rationale,
            String remedy,
            String good,
            String bad) {
        this.id = id;
        this.title = title;
        this.severity = severity;
        this.clauses = clauses;
        this.rationale = rationale;
        this.remedy = remedy;
        this.good = good;
        this.bad = bad;
    }

    /** The rule with this id. */
    public static Optional<ContextRule> of(String id) {
        return Arrays.stream(values()).filter(rule -> rule.id.equals(id)).findFirst();
    }

    /** Stable; never renamed or used for something else. */
    public String id() {
        return id;
    }

    /** The fault in a few words. */
    public String title() {
        return title;
    }

    public Severity severity() {
        return severity;
    }

    /** Ids of the policy clauses that it serves. */
    public List<String> clauses() {
        return clauses;
    }

    /** Why it matters. */
    public String rationale() {
        return rationale;
    }

    /** What to do about it. */
    public String remedy() {
        return remedy;
    }

    /** A line of prolog.sh that it has nothing against; empty where no line is at fault. */
    public String good() {
        return good;
    }

    /** A line of prolog.sh that it objects to; empty where no line is at fault. */
    public String bad() {
        return bad;
    }
}
