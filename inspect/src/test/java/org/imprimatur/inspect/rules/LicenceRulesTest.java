package org.imprimatur.inspect.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.Facts;
import org.imprimatur.inspect.facts.FilesInMemory;
import org.imprimatur.inspect.facts.Found;
import org.imprimatur.inspect.facts.SystemReader;
import org.imprimatur.inspect.packages.InstalledPackage;
import org.imprimatur.inspect.packages.PackageKind;
import org.imprimatur.inspect.rules.LicencePolicy.Verdict;
import org.imprimatur.register.Clause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which licences ask for a word, which keep software out, and that the free ones do neither. */
class LicenceRulesTest {

    private static final LicencePolicy EGI = Profile.EGI_1.parameters().licences();

    private static InstalledPackage python(String... licences) {
        return InstalledPackage.ofLanguage(
                PackageKind.PYTHON, "", "tool", "1.2", List.of(licences), "/opt/tool/METADATA");
    }

    private static Facts with(InstalledPackage... packages) {
        var none = Facts.ofNoSystem(new Found());
        return new Facts(
                none.os(),
                none.architecture(),
                none.accounts(),
                none.groups(),
                none.sudo(),
                none.sshServer(),
                none.sshd(),
                none.packages(),
                List.of(packages),
                none.halfInstalled(),
                none.authorizedKeys(),
                none.keys(),
                none.secrets(),
                none.certificates(),
                none.closedFiles(),
                none.leftovers(),
                none.freeSpace(),
                none.files(),
                none.configuration(),
                none.privilegedFiles(),
                none.image(),
                none.patches(),
                none.generation());
    }

    private static List<String> judged(Profile profile, Facts facts) {
        return RuleCatalogue.judge(profile, facts, List.of()).stream()
                .filter(each -> each.rule().id().startsWith("licence."))
                .map(
                        each ->
                                "%s %s %s: %s"
                                        .formatted(
                                                each.severity().label(),
                                                each.rule().id(),
                                                each.path(),
                                                each.evidence()))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MIT",
                "GPL-3.0-or-later",
                "AGPL-3.0-only",
                "GPLv2+ and LGPLv2+ and BSD",
                "Redistributable, no modification permitted",
                "LGPL-2.1 or CPL-1.0 or special or proprietary",
                "CC-BY-SA-4.0",
                "public-domain",
                "IEC-Code-Components-EULA",
                "LicenseRef-Callaway-Public-Domain",
                "Permission is hereby granted, free of charge, to any person",
                ""
            })
    void freeSoftwareIsNoFinding(String licence) {
        assertThat(judged(Profile.EGI_1, with(python(licence)))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Proprietary",
                "NVIDIA Proprietary",
                "LicenseRef-NVIDIA-Proprietary",
                "GPLv2 and Proprietary",
                "Other/Proprietary License",
                "Commercial",
                "Free for non-commercial use",
                "CC-BY-NC-SA-4.0",
                "BUSL-1.1",
                "PolyForm-Noncommercial-1.0.0",
                "Microsoft End User License Agreement",
                "UNLICENSED",
                "SEE LICENSE IN EULA.txt",
                "Copyright 2025 Example Corp. All rights reserved."
            })
    @Clause({"TVM-3.6", "END-4.7", "EGI-5.8", "EGI-4.3"})
    void softwareThatNotEverybodyMayDistributeOrRunAsksForADeclaration(String licence) {
        assertThat(judged(Profile.EGI_1, with(python("MIT", licence))))
                .containsExactly(
                        "block licence.undeclared /opt/tool/METADATA#tool: 1.2 says '%s'"
                                .formatted(licence));
    }

    @Test
    @Clause({"TVM-3.6", "END-4.7", "EGI-5.8", "EGI-4.3"})
    void softwareThatNobodyMayPassOnIsDenied() {
        assertThat(judged(Profile.EGI_1, with(python("Evaluation licence, not redistributable"))))
                .containsExactly(
                        "block licence.denied /opt/tool/METADATA#tool: 1.2 says 'Evaluation licence,"
                                + " not redistributable'");
        assertThat(judged(Profile.EGI_1, with(python("Proprietary", "Internal use only"))))
                .as("one finding, the heavier")
                .containsExactly(
                        "block licence.denied /opt/tool/METADATA#tool: 1.2 says 'Internal use only'");
    }

    @Test
    void theAreaOfDebiansArchiveSaysWhatIsNotFree() {
        var files = new FilesInMemory();
        RulesTest.CLEAN.forEach(files::with);
        files.with(
                "/var/lib/dpkg/status",
                Stream.of("libs", "non-free/libs", "non-free-firmware/kernel", "multiverse/libs")
                        .map(
                                section ->
                                        "Package: %s\nStatus: install ok installed\nVersion: 1\nSection: %s\n\n"
                                                .formatted(section.replace('/', '-'), section))
                        .reduce("", String::concat));
        var facts = new SystemReader(new ConfigReader(files)).facts(new Found());

        assertThat(judged(Profile.EGI_1, facts))
                .containsExactly(
                        "block licence.undeclared /var/lib/dpkg/status#multiverse-libs: 1 is of the"
                                + " archive area multiverse",
                        "block licence.undeclared /var/lib/dpkg/status#non-free-libs: 1 is of the"
                                + " archive area non-free");
        assertThat(judged(Profiles.shipped("strict").orElseThrow(), facts))
                .hasSize(3)
                .anyMatch(text -> text.contains("#non-free-firmware-kernel"));
    }

    @Test
    void whatADistributionsPackageBringsAlongIsUnderItsLicences() {
        assertThat(judged(Profile.EGI_1, with(python("Proprietary").inFile("python3-tool", ""))))
                .isEmpty();
    }

    @Test
    void packagesThatSayNothingAreOneFindingForTheRecord() {
        var silent =
                Stream.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j")
                        .map(
                                name ->
                                        InstalledPackage.ofLanguage(
                                                PackageKind.GO, "", name, "1", List.of(), "/x"))
                        .toArray(InstalledPackage[]::new);

        assertThat(judged(Profile.EGI_1, with(silent)))
                .containsExactly(
                        "info licence.unknown : 10 packages: a, b, c, d, e, f, g, h and 2 more");
        assertThat(judged(Profile.EGI_1, with(silent[0])))
                .containsExactly("info licence.unknown : 1 package: a");
    }

    @ParameterizedTest
    @CsvSource({
        "Proprietary, DECLARE",
        "Our Proprietary Licence, ALLOW",
        "OUR proprietary licence, ALLOW",
        "Our Proprietary Licence 2, DECLARE",
        "Their Proprietary Licence, DENY",
        "MIT, ALLOW",
        "ab, DENY",
        "a-b, DENY",
        "ba, ALLOW",
        "area:proprietary, ALLOW"
    })
    void thePatternWithTheMostCharactersHolds(String licence, Verdict verdict) {
        var policy =
                new LicencePolicy(
                        Map.of(
                                "*proprietary*",
                                Verdict.DECLARE,
                                "Our Proprietary Licence",
                                Verdict.ALLOW,
                                "their*licence",
                                Verdict.DENY,
                                "a*b",
                                Verdict.DENY));

        assertThat(policy.ofText(licence)).isEqualTo(verdict);
    }

    @Test
    void ofEqualPatternsTheHeavierHoldsAndStarsOverlapNothing() {
        var policy =
                new LicencePolicy(
                        Map.of("ab*", Verdict.ALLOW, "*ab", Verdict.DENY, "aa*aa", Verdict.DENY));

        assertThat(policy.ofText("ab")).isEqualTo(Verdict.DENY);
        assertThat(policy.ofText("abc")).isEqualTo(Verdict.ALLOW);
        assertThat(policy.ofText("aaa")).isEqualTo(Verdict.ALLOW);
        assertThat(policy.ofText("aaaa")).isEqualTo(Verdict.DENY);
        assertThat(new LicencePolicy(Map.of("*", Verdict.DECLARE)).ofArea("main"))
                .as("areas have patterns of their own")
                .isEqualTo(Verdict.ALLOW);
        assertThat(EGI.ofArea("NON-FREE")).isEqualTo(Verdict.DECLARE);
    }
}
