package org.imprimatur.node.instance;

import java.util.Optional;
import org.imprimatur.node.config.YamlMember;

/**
 * The member {@code instances} of a site's configuration.
 *
 * @param acceptanceAsked whether an operator must have accepted the policy before an instance is
 *     registered (EGI-4.6)
 */
public record InstanceSettings(boolean acceptanceAsked) {

    /**
     * Reads the member; what it does not say is as strict as can be.
     *
     * @throws org.imprimatur.node.config.BadConfiguration with line, fault and hint
     */
    public static InstanceSettings read(Optional<YamlMember> member) {
        return new InstanceSettings(
                member.map(m -> m.allowing("operators"))
                        .flatMap(m -> m.optional("operators"))
                        .map(m -> m.as(InstanceSettings::asked, "\"accepted\" or \"any\""))
                        .orElse(true));
    }

    private static boolean asked(String text) {
        return switch (text) {
            case "accepted" -> true;
            case "any" -> false;
            default -> throw new IllegalArgumentException("is \"" + text + "\"");
        };
    }
}
