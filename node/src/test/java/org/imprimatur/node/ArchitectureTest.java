package org.imprimatur.node;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Who may see what inside the node. */
class ArchitectureTest {

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("org.imprimatur.node");

    @Test
    void onlyHttpSeesTheHttpLibrary() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..node.http..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.helidon..")
                .check(CLASSES);
    }

    @Test
    void onlyTheStoreAndThoseWhoOwnTablesSeeTheDatabaseLibrary() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..node.store..")
                .and()
                .haveSimpleNameNotEndingWith("Table")
                .and()
                .doNotHaveFullyQualifiedName("org.imprimatur.node.catalogue.Sequencer")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.jdbi.v3.core.statement..", "java.sql..", "com.zaxxer..")
                .check(CLASSES);
    }
}
