package org.imprimatur.node.web;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import org.imprimatur.register.Person;
import org.jspecify.annotations.Nullable;

/** How pages write what formats write otherwise. */
final class Words {

    private static final DateTimeFormatter WHEN =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private Words() {}

    /** An instant; empty for none. */
    static String when(@Nullable Instant at) {
        return at == null ? "" : WHEN.format(at);
    }

    /** What people call a person: the common name, or the whole subject where there is none. */
    static String commonName(Person person) {
        try {
            return new LdapName(person.subject())
                    .getRdns().reversed().stream()
                            .filter(rdn -> rdn.getType().equalsIgnoreCase("CN"))
                            .map(rdn -> String.valueOf(rdn.getValue()))
                            .findFirst()
                            .orElse(person.subject());
        } catch (InvalidNameException e) {
            return person.subject();
        }
    }
}
