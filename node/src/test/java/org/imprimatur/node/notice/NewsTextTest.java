package org.imprimatur.node.notice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.imprimatur.node.Trial;
import org.imprimatur.register.Candidate;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.Urgency;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NewsTextTest {

    private static final Instant AT = Instant.parse("2026-11-20T10:00:00Z");
    private static Candidate image;

    @BeforeAll
    static void endorse(@TempDir Path directory) {
        var trial = new Trial(directory, "catalogue.example/text");
        image =
                new Candidate.Endorsed(
                        trial.origin,
                        new Recorded<>(
                                7,
                                new StatementId(Sha256.of(new byte[] {7})),
                                trial.endorsement(trial.endorser, "text"),
                                AT));
    }

    private static News.Flaw flaw(int number, String fixed) {
        return flaw(number, fixed, Urgency.HIGH);
    }

    private static News.Flaw flaw(int number, String fixed, Urgency urgency) {
        return new News.Flaw("CVE-2026-" + number, "openssl", "3.0.1", fixed, urgency);
    }

    @Test
    void advisoriesAreToldWithPackageAndPatch() {
        var news = new News.Advised(image, List.of(flaw(1, "3.0.2"), flaw(2, "")), AT);

        var told = NewsText.of(news, news.images());

        assertThat(told.subject())
                .isEqualTo("2 open advisories in vo:biomed %s@1.0".formatted(image.guid()));
        assertThat(told.text())
                .contains(
                        "\n\n  image        An image of text\n  of           vo:biomed, ",
                        "  CVE-2026-1, high: openssl 3.0.1, fixed in 3.0.2\n",
                        "  CVE-2026-2, high: openssl 3.0.1, no patch yet\n",
                        "known since 2026-11-20T10:00:00Z");
    }

    @Test
    void manyAreCounted() {
        var flaws = IntStream.range(0, 1000).mapToObj(i -> flaw(i, "4")).toList();

        var told = NewsText.of(new News.Advised(image, flaws, AT), List.of(image));

        assertThat(told.text()).contains("  and 980 more.\n");
        assertThat(told.text().lines().count()).isLessThan(50);
    }

    @Test
    void theSameAdvisoriesHaveTheSameNameInAnyOrder() {
        var one = new News.Advised(image, List.of(flaw(1, "3"), flaw(2, "")), AT);
        var other = new News.Advised(image, List.of(flaw(2, "3"), flaw(1, "")), AT.plusSeconds(9));
        var more = new News.Advised(image, List.of(flaw(3, "3")), AT);

        assertThat(one.name()).isEqualTo(other.name()).isNotEqualTo(more.name());
    }

    @Test
    void anAdvisoryOfAnotherUrgencyIsOtherNews() {
        var high = new News.Advised(image, List.of(flaw(1, "3", Urgency.HIGH)), AT);
        var critical = new News.Advised(image, List.of(flaw(1, "3", Urgency.CRITICAL)), AT);

        assertThat(high.name()).isNotEqualTo(critical.name());
    }

    @Test
    void aSubjectIsOneLineOfAscii() {
        var row =
                new NoticeTable.Row(
                        "n",
                        "refusal",
                        "a@b.example",
                        "é\r\nBcc: x@y",
                        "text\n",
                        "waiting",
                        "",
                        1,
                        AT,
                        AT);

        var message = new Message(image.catalogue(), new MailAddress("a@b.example"), List.of(row));

        assertThat(new String(message.bytes(Optional.empty(), AT), UTF_8))
                .contains("\nSubject: ???Bcc: x@y\nDate: ")
                .doesNotContain("\nBcc");
    }
}
