package org.imprimatur.register;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClausesTest {

    @Test
    void theListIsWhole() {
        assertThat(Clauses.all()).hasSize(108);
        assertThat(Clauses.all().keySet())
                .contains("TVM-4.v1", "TVM-4.v2", "TVM-4.6", "EGI-5.7b", "END-3.2.trace", "EGI-C1");
        assertThat(Clauses.all().keySet()).allMatch(id -> id.matches("[A-Z]+-[A-Za-z0-9.]+"));
    }

    @Test
    void clausesThatShareARowShareItsText() {
        var one = Clauses.all().get("END-4.6");
        var other = Clauses.all().get("EGI-5.7");

        assertThat(one.requirement()).isEqualTo(other.requirement()).startsWith("remove/revoke");
        assertThat(Clauses.all().get("TVM-3.6").kinds())
                .isEqualTo(Set.of(Clauses.Kind.CHECK, Clauses.Kind.EVIDENCE));
    }

    @Test
    void testsOfThisModuleNameOnlyClausesThatExist() {
        for (var type :
                new Class<?>[] {
                    RegisterTest.class,
                    DecisionsTest.class,
                    StatementJsonTest.class,
                    RegisterPropertiesTest.class
                }) {
            for (var method : type.getDeclaredMethods()) {
                var clause = method.getAnnotation(Clause.class);
                if (clause != null) {
                    assertThat(Clauses.all().keySet())
                            .as(method.getName())
                            .containsAll(Arrays.asList(clause.value()));
                }
            }
        }
    }
}
