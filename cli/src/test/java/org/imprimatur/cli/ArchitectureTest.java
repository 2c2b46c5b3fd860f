package org.imprimatur.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;

/** The rules of the house (ARCHITECTURE.md), held by the build. */
@AnalyzeClasses(packages = "org.imprimatur", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule eachFloorUsesOnlyFloorsBelowIt =
            layeredArchitecture()
                    .consideringOnlyDependenciesInLayers()
                    .layer("register")
                    .definedBy("org.imprimatur.register..")
                    .layer("trust")
                    .definedBy("org.imprimatur.trust..")
                    .layer("ledger")
                    .definedBy("org.imprimatur.ledger..")
                    .layer("disk")
                    .definedBy("org.imprimatur.disk..")
                    .layer("inspect")
                    .definedBy("org.imprimatur.inspect..")
                    .layer("exchange")
                    .definedBy("org.imprimatur.exchange..")
                    .layer("node")
                    .definedBy("org.imprimatur.node..")
                    .layer("cli")
                    .definedBy("org.imprimatur.cli..")
                    .whereLayer("register")
                    .mayNotAccessAnyLayer()
                    .whereLayer("trust")
                    .mayOnlyAccessLayers("register")
                    .whereLayer("ledger")
                    .mayNotAccessAnyLayer()
                    .whereLayer("disk")
                    .mayNotAccessAnyLayer()
                    .whereLayer("inspect")
                    .mayOnlyAccessLayers("register", "disk")
                    .whereLayer("exchange")
                    .mayOnlyAccessLayers("register", "trust", "ledger")
                    .whereLayer("cli")
                    .mayNotBeAccessedByAnyLayer();

    @ArchTest
    static final ArchRule theRegisterKnowsNoFilesNetworkCryptoOrDatabase =
            noClasses()
                    .that()
                    .resideInAPackage("org.imprimatur.register..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "java.nio.file..",
                            "java.net.http..",
                            "java.sql..",
                            "javax.net..",
                            "java.security.cert..",
                            "org.bouncycastle..");

    @ArchTest
    static final ArchRule theLedgerKnowsNoCertificatesNetworkOrDatabase =
            noClasses()
                    .that()
                    .resideInAPackage("org.imprimatur.ledger..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "java.nio.file..",
                            "java.net.http..",
                            "java.sql..",
                            "java.security.cert..");

    @ArchTest
    static final ArchRule diskAndInspectStartNothingAndCallNobody =
            noClasses()
                    .that()
                    .resideInAnyPackage("org.imprimatur.disk..", "org.imprimatur.inspect..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("java.net.http..", "java.sql..")
                    .orShould()
                    .dependOnClassesThat()
                    .areAssignableTo(ProcessBuilder.class);

    @ArchTest
    static final ArchRule onlyOnePackageSeesTheHttpLibrary =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("org.imprimatur.node.http..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("io.helidon..");

    @ArchTest
    static final ArchRule onlyOnePackageSeesTheRegistrySdk =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("org.imprimatur.exchange.oci..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("land.oras..");

    @ArchTest
    static final ArchRule sqlStandsInTablesAndTheStore =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("org.imprimatur.node.store..")
                    .and()
                    .haveSimpleNameNotEndingWith("Table")
                    .should()
                    .dependOnClassesThat(
                            DescribedPredicate.describe(
                                    "JDBI's statements",
                                    (JavaClass type) ->
                                            type.getPackageName()
                                                    .startsWith("org.jdbi.v3.core.statement")));

    @ArchTest
    static final ArchRule timeIsAParameter =
            noClasses()
                    .that()
                    .haveSimpleNameNotEndingWith("At")
                    .should()
                    .callMethod(Instant.class, "now")
                    .orShould()
                    .callMethod(Clock.class, "systemUTC")
                    .orShould()
                    .callMethod(Clock.class, "systemDefaultZone")
                    .orShould()
                    .callMethod(InstantSource.class, "system");

    @ArchTest
    static final ArchRule onlyTheCommandsThatRunNodesMentionTheServer =
            noClasses()
                    .that()
                    .resideInAPackage("org.imprimatur.cli..")
                    .and()
                    .doNotHaveSimpleName("ServeCommand")
                    .and()
                    .doNotHaveSimpleName("Demo")
                    .should()
                    .dependOnClassesThat()
                    .haveFullyQualifiedName("org.imprimatur.node.Node");

    @ArchTest
    static final ArchRule thePackagesOfTheNodeHaveNoCycles =
            slices().matching("org.imprimatur.node.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule nobodyPrintsBehindTheCommandsBack =
            noClasses()
                    .that()
                    .doNotHaveFullyQualifiedName("org.imprimatur.cli.Main")
                    .should()
                    .accessField(System.class, "out")
                    .orShould()
                    .accessField(System.class, "err");

    @ArchTest
    static final ArchRule commandsAreFinal =
            classes()
                    .that()
                    .haveSimpleNameEndingWith("Command")
                    .should()
                    .haveModifier(com.tngtech.archunit.core.domain.JavaModifier.FINAL);
}
