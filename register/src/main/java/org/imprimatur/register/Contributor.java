package org.imprimatur.register;

import org.jspecify.annotations.Nullable;

/**
 * Who provides additional software in an image (TVM-4.v1).
 *
 * @param name of the provider
 * @param software what comes from there
 * @param contact mail address; null where none is given
 */
public record Contributor(String name, String software, @Nullable String contact) {

    public Contributor {
        Text.line("name", name, 1, 128);
        Text.line("software", software, 1, 256);
        if (contact != null) {
            Text.mail("contact", contact);
        }
    }
}
