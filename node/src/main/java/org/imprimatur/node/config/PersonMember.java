package org.imprimatur.node.config;

import javax.security.auth.x500.X500Principal;
import org.imprimatur.register.Person;

/** Reads a person, {@code {subject: DN, issuer: DN}}. */
public final class PersonMember {

    private static final String HINT =
            "the DN as RFC 2253 writes it, for example CN=Alice,O=Example";

    private PersonMember() {}

    /**
     * Reads one.
     *
     * @throws BadConfiguration with every fault in it
     */
    public static Person read(YamlMember member) {
        var faults = new Faults();
        faults.check(() -> member.allowing("subject", "issuer"));
        var subject =
                faults.read(() -> member.required("subject", HINT).as(X500Principal::new, HINT));
        var issuer =
                faults.read(() -> member.required("issuer", HINT).as(X500Principal::new, HINT));
        faults.complete();
        return Person.of(subject.get(), issuer.get());
    }
}
