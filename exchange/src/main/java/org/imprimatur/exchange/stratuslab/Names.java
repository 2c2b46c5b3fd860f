package org.imprimatur.exchange.stratuslab;

import org.w3c.dom.Element;

/** The namespaces of a document. */
final class Names {

    static final String RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
    static final String DCTERMS = "http://purl.org/dc/terms/";
    static final String SLREQ = "http://mp.stratuslab.eu/slreq#";
    static final String SLTERMS = "http://mp.stratuslab.eu/slterms#";
    static final String DSIG = "http://www.w3.org/2000/09/xmldsig#";

    /** What {@code xml:base} of the root must be, whichever server is used. */
    static final String BASE = "http://mp.stratuslab.eu/";

    private Names() {}

    static boolean is(Element element, String namespace, String name) {
        return namespace.equals(element.getNamespaceURI()) && name.equals(element.getLocalName());
    }
}
