package org.imprimatur.inspect.facts;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgingTest {

    private static final LocalDate TODAY = LocalDate.ofEpochDay(20_000);

    /** Lines of shadow(5) from the password on, and what pam_unix(8) makes of them on that day. */
    @ParameterizedTest
    @CsvSource({
        "h:19999:0:99999:7:::, false, false",
        "h:0:0:99999:7:::, false, true",
        "h:19999:0:99999:7::20000:, true, false",
        "h:19999:0:99999:7::20001:, false, false",
        "h:19999:0:99999:7::0:, true, false",
        "h:0:0:99999:7::19000:, true, false",
        "h:19900:0:90:7:::, false, true",
        "h:19900:0:90:7:5::, true, false",
        "h:19905:0:90:7:5::, false, true",
        "h:20010:0:1:7:1::, false, false",
        "h::0:1:7:1::, false, false",
        "h:19000::::::, false, false",
        "h, false, false",
        "h:a:b:c:d:e:f:g, false, false",
        "h:19999:0:99999:7::99999999999999999999:, false, false"
    })
    void aPasswordIsAsGoodAsItsAgeAllows(String line, boolean closed, boolean toBeChanged) {
        var aging = Aging.ofFields(("bob:" + line).split(":", -1));

        assertThat(aging.isClosed(TODAY)).isEqualTo(closed);
        assertThat(aging.isToBeChanged(TODAY)).isEqualTo(toBeChanged);
    }
}
