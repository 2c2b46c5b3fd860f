package org.imprimatur.node.notice;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.imprimatur.node.Trial;
import org.imprimatur.register.Role;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Statement;
import org.imprimatur.register.StatementId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NewsTest {

    @Test
    void onlyWhatIsSaidAgainstImagesIsNews(@TempDir Path directory) {
        var trial = new Trial(directory, "catalogue.example/news");
        var endorsement = trial.endorsement(trial.endorser, "news");
        var id = new StatementId(Sha256.of(new byte[] {7}));
        var person = trial.stranger.person();

        assertThat(trial.revocation(trial.endorser, endorsement, id)).matches(News::isNews);
        assertThat(
                        new Statement.Block(
                                trial.header(trial.appointer),
                                endorsement.image(),
                                Trial.BIOMED,
                                "an incident"))
                .matches(News::isNews);
        assertThat(endorsement).matches(one -> !News.isNews(one));
        assertThat(trial.appointment(trial.appointer, Role.CONTACT, person))
                .matches(one -> !News.isNews(one));
        assertThat(trial.acceptance(trial.endorser)).matches(one -> !News.isNews(one));
    }
}
