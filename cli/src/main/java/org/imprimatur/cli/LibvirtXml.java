package org.imprimatur.cli;

import java.io.ByteArrayInputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.StrictXml;

/**
 * An element of an XML document of libvirt, with all below it. Attributes are those without a
 * namespace; text is that of the element itself.
 *
 * @param namespace empty for none
 */
record LibvirtXml(
        String namespace,
        String name,
        Map<String, String> attributes,
        List<LibvirtXml> children,
        String text) {

    static final int MAX_BYTES = 4 << 20;
    private static final int MAX_DEPTH = 64;
    private static final int MAX_ELEMENTS = 50_000;

    /** An element that is being read. */
    private static final class Open {
        final Map<String, String> attributes = new HashMap<>();
        final List<LibvirtXml> children = new ArrayList<>();
        final StringBuilder text = new StringBuilder();
    }

    /**
     * Reads a document, without a document type, entities of its own or anything from elsewhere.
     *
     * @throws MalformedInput when it is not such a document, or a larger or deeper one
     */
    static LibvirtXml read(byte[] document) {
        if (document.length > MAX_BYTES) {
            throw fault("at most " + MAX_BYTES + " bytes", "more");
        }
        var open = new ArrayDeque<Open>();
        int elements = 0;
        try {
            var in = StrictXml.reader(StrictXml.factory(), new ByteArrayInputStream(document));
            LibvirtXml root = null;
            while (in.hasNext()) {
                switch (in.next()) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        if (open.size() == MAX_DEPTH || ++elements > MAX_ELEMENTS) {
                            throw fault(
                                    "at most %d levels and %d elements"
                                            .formatted(MAX_DEPTH, MAX_ELEMENTS),
                                    "more");
                        }
                        var element = new Open();
                        for (int i = 0; i < in.getAttributeCount(); i++) {
                            if (orNone(in.getAttributeNamespace(i)).isEmpty()) {
                                element.attributes.put(
                                        in.getAttributeLocalName(i), in.getAttributeValue(i));
                            }
                        }
                        open.push(element);
                    }
                    case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
                        if (!open.isEmpty()) {
                            open.element().text.append(in.getText());
                        }
                    }
                    case XMLStreamConstants.END_ELEMENT -> {
                        var ended = open.pop();
                        var element =
                                new LibvirtXml(
                                        orNone(in.getNamespaceURI()),
                                        in.getLocalName(),
                                        Map.copyOf(ended.attributes),
                                        List.copyOf(ended.children),
                                        ended.text.toString().strip());
                        if (open.isEmpty()) {
                            root = element;
                        } else {
                            open.element().children.add(element);
                        }
                    }
                    case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
                            throw fault("no document type and no entities", "one of these");
                    default -> {
                        // Comments and the like say nothing.
                    }
                }
            }
            return Objects.requireNonNull(root, "a document that ends has a root");
        } catch (XMLStreamException e) {
            throw fault("well-formed XML", "line " + e.getLocation().getLineNumber());
        }
    }

    private static String orNone(String text) {
        return text == null ? "" : text;
    }

    private static MalformedInput fault(String expected, String found) {
        return new MalformedInput("the domain's XML", expected, found);
    }

    /** The children of that name that are libvirt's own. */
    List<LibvirtXml> all(String child) {
        return all("", child);
    }

    List<LibvirtXml> all(String childNamespace, String child) {
        return children.stream()
                .filter(c -> c.namespace.equals(childNamespace) && c.name.equals(child))
                .toList();
    }

    /** The first child of that name that is libvirt's own. */
    Optional<LibvirtXml> first(String child) {
        return all(child).stream().findFirst();
    }

    Optional<String> attribute(String attribute) {
        return Optional.ofNullable(attributes.get(attribute));
    }
}
