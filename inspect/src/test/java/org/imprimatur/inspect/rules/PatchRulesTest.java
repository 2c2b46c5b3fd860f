package org.imprimatur.inspect.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.imprimatur.inspect.advisories.Patches;
import org.imprimatur.inspect.advisories.Patches.Flaw;
import org.imprimatur.inspect.advisories.Patches.PendingUpdate;
import org.imprimatur.inspect.advisories.Urgency;
import org.imprimatur.inspect.facts.Facts;
import org.imprimatur.inspect.facts.Found;
import org.imprimatur.inspect.packages.InstalledPackage;
import org.imprimatur.inspect.packages.PackageKind;
import org.imprimatur.register.Clause;
import org.junit.jupiter.api.Test;

/** What is said about missing patches, and how grave it is. */
class PatchRulesTest {

    private static final InstalledPackage OPENSSL =
            InstalledPackage.ofLanguage(
                    PackageKind.DEBIAN, "", "openssl", "3.0.11", List.of(), "/var/lib/dpkg/status");

    private static Flaw flaw(String id, Urgency urgency, String fixed) {
        return new Flaw(id, urgency, List.of(OPENSSL), "openssl", "3.0.11", fixed);
    }

    private static List<Finding> judged(Patches patches) {
        var facts = Facts.ofNoSystem(new Found()).withPatches(patches);
        return RuleCatalogue.judge(Profile.EGI_1, facts, List.of());
    }

    private static Patches of(Flaw... flaws) {
        return new Patches(true, true, Duration.ZERO, List.of(), List.of(flaws), List.of());
    }

    @Test
    @Clause({"TVM-3.7.2", "END-4.2.b", "EGI-5.2.b"})
    void aGraveFlawWithAPatchBlocksAndAllFlawsOfAPackageAreOneFinding() {
        var findings =
                judged(
                        of(
                                flaw("CVE-1", Urgency.CRITICAL, "3.0.15"),
                                flaw("CVE-2", Urgency.HIGH, "3.0.16")));

        assertThat(findings).hasSize(1);
        var finding = findings.getFirst();
        assertThat(finding.rule().id()).isEqualTo("patch.grave");
        assertThat(finding.severity()).isEqualTo(Severity.BLOCK);
        assertThat(finding.path()).isEqualTo("/var/lib/dpkg/status#openssl");
        assertThat(finding.evidence())
                .isEqualTo("3.0.11: CVE-1 (critical), CVE-2 (high); fixed in 3.0.15, 3.0.16");
        assertThat(finding.rule().clauses()).contains("TVM-3.7.2", "END-4.2.b", "EGI-5.2.b");
    }

    @Test
    void aLighterFlawWithAPatchWarnsAndOneWithoutIsForTheRecord() {
        assertThat(judged(of(flaw("CVE-1", Urgency.MODERATE, "3.0.15"))))
                .extracting(finding -> finding.rule().id() + " " + finding.severity())
                .containsExactly("patch.security WARN");
        assertThat(judged(of(flaw("CVE-1", Urgency.CRITICAL, ""))))
                .extracting(finding -> finding.rule().id() + " " + finding.severity())
                .containsExactly("patch.unfixed INFO");
    }

    @Test
    void anUpdateFromTheSecurityRepositoryIsOneEvenWithoutAnAdvisory() {
        var updates =
                new Patches(
                        true,
                        true,
                        Duration.ZERO,
                        List.of(),
                        List.of(),
                        List.of(new PendingUpdate(OPENSSL, "3.0.22", true)));

        assertThat(judged(updates))
                .extracting(finding -> finding.rule().id() + ": " + finding.evidence())
                .containsExactly("patch.security: 3.0.11 is installed, 3.0.22 is there");
    }

    @Test
    @Clause("PROC-A2")
    void anOrdinaryUpdateIsPending() {
        var updates =
                new Patches(
                        true,
                        true,
                        Duration.ZERO,
                        List.of(),
                        List.of(),
                        List.of(new PendingUpdate(OPENSSL, "3.0.22", false)));

        assertThat(judged(updates))
                .extracting(finding -> finding.rule().id())
                .containsExactly("patch.pending");
    }

    @Test
    void oldFeedsAreToldAndFreshOnesAreNot() {
        assertThat(judged(aged(15)))
                .extracting(finding -> finding.rule().id())
                .containsExactly("patch.stale");
        assertThat(judged(aged(14))).isEmpty();
    }

    private static Patches aged(int days) {
        return new Patches(true, true, Duration.ofDays(days), List.of(), List.of(), List.of());
    }

    @Test
    void whatNobodyAskedIsNoFinding() {
        assertThat(judged(Patches.UNKNOWN)).isEmpty();
    }
}
