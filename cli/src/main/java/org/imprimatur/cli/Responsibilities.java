package org.imprimatur.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.imprimatur.register.Responsibility;

/** The time in which an endorser answers for an image, as the commands tell it (END-4.10). */
final class Responsibilities {

    private Responsibilities() {}

    static String line(Responsibility answers) {
        return answers.until() == null
                ? "%s answers for the image from %s on"
                        .formatted(answers.endorser().subject(), answers.from())
                : "%s answers for the image from %s until just before %s"
                        .formatted(answers.endorser().subject(), answers.from(), answers.until());
    }

    static void write(ObjectNode json, Responsibility answers) {
        json.put("subject", answers.endorser().subject())
                .put("issuer", answers.endorser().issuer())
                .put("from", answers.from().toString());
        if (answers.until() != null) {
            json.put("until", answers.until().toString());
        }
    }
}
