package org.imprimatur.disk;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.xml.XMLConstants;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParserFactory;
import org.xml.sax.Attributes;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * What an OVF descriptor (DMTF DSP0243) says of files and disks. It is parsed without document
 * type, entities or anything outside of it.
 *
 * @param files by their identifiers
 */
record OvfDescriptor(Map<String, Part> files, List<Disk> disks) {

    /**
     * A file that the descriptor names.
     *
     * @param size in bytes, or -1 when not told
     */
    record Part(String href, long size, String compression, boolean isChunked) {}

    record Disk(String id, String fileRef, String format, boolean hasParent) {}

    private static final int MAX_DEPTH = 64;
    private static final int MAX_PARTS = 256;

    /** One name in the archive: no directory, no URL. */
    private static final Pattern PLAIN_NAME = Pattern.compile("[^/\\\\:%\\p{Cntrl}]{1,255}");

    OvfDescriptor {
        files = Map.copyOf(files);
        disks = List.copyOf(disks);
    }

    static OvfDescriptor of(byte[] xml) throws IOException {
        var handler = new Handler();
        try {
            var factory = SAXParserFactory.newDefaultInstance();
            factory.setNamespaceAware(true);
            factory.setXIncludeAware(false);
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setFeature("http://xml.org/sax/features/external-general-entities", false);
            factory.setFeature("http://xml.org/sax/features/external-parameter-entities", false);
            factory.newSAXParser().parse(new InputSource(new ByteArrayInputStream(xml)), handler);
        } catch (ParserConfigurationException e) {
            throw new AssertionError("the JDK's own parser has these features", e);
        } catch (SAXException e) {
            throw new CorruptImageException(
                    "the OVF descriptor cannot be read: %s"
                            .formatted(VmdkDescriptor.shown(String.valueOf(e.getMessage()))));
        } catch (ImageException e) {
            throw e;
        } catch (IOException e) {
            // Nothing but bytes in memory was read: they are no text.
            throw new CorruptImageException("the OVF descriptor is not in the encoding it names");
        }
        return new OvfDescriptor(handler.files, handler.disks);
    }

    /**
     * The file of the one disk.
     *
     * @throws ImageException when there are none or several, or the file is one that is refused
     */
    Part onlyDisk() throws ImageException {
        List<Disk> filled = disks.stream().filter(disk -> !disk.fileRef().isEmpty()).toList();
        if (filled.size() != 1) {
            throw new UnsupportedImageException(
                    filled.isEmpty()
                            ? "the OVF descriptor names no disk that has a file"
                            : "an OVA of %d disks (%s); one is read"
                                    .formatted(
                                            filled.size(),
                                            String.join(
                                                    ", ",
                                                    filled.stream().map(this::name).toList())));
        }
        Disk disk = filled.getFirst();
        if (disk.hasParent()) {
            throw new UnsupportedImageException(
                    "the disk '%s' of the OVA has a parent: half of it is elsewhere"
                            .formatted(Tar.shown(disk.id())));
        }
        Part part = files.get(disk.fileRef());
        if (part == null) {
            throw new CorruptImageException(
                    "the OVF descriptor has a disk in the file '%s', but no such file"
                            .formatted(Tar.shown(disk.fileRef())));
        }
        if (!PLAIN_NAME.matcher(part.href()).matches() || part.href().startsWith("..")) {
            throw new UnsupportedImageException(
                    "the disk of the OVA is at '%s', which is not the plain name of a file in it"
                            .formatted(Tar.shown(part.href())));
        }
        if (!part.compression().isEmpty() && !part.compression().equals("identity")) {
            throw new UnsupportedImageException(
                    "the disk '%s' of the OVA is compressed by %s as a whole; it must be unpacked first"
                            .formatted(Tar.shown(part.href()), Tar.shown(part.compression())));
        }
        if (part.isChunked()) {
            throw new UnsupportedImageException(
                    "the disk '%s' of the OVA is cut into several files"
                            .formatted(Tar.shown(part.href())));
        }
        return part;
    }

    String format() {
        return disks.stream()
                .filter(disk -> !disk.fileRef().isEmpty())
                .findFirst()
                .map(Disk::format)
                .orElse("");
    }

    private String name(Disk disk) {
        Part part = files.get(disk.fileRef());
        return Tar.shown(part == null ? disk.fileRef() : part.href());
    }

    private static final class Handler extends DefaultHandler {

        private final Map<String, Part> files = new HashMap<>();
        private final List<Disk> disks = new ArrayList<>();
        private final List<String> path = new ArrayList<>();

        @Override
        public void startElement(
                String namespace, String name, String qualified, Attributes attributes)
                throws SAXException {
            if (path.size() == MAX_DEPTH) {
                throw new SAXException("more than %d elements in each other".formatted(MAX_DEPTH));
            }
            if (path.isEmpty() && !name.equals("Envelope")) {
                throw new SAXException("the outermost element is no Envelope");
            }
            path.add(name);
            if (files.size() + disks.size() > MAX_PARTS) {
                throw new SAXException("more than %d files and disks".formatted(MAX_PARTS));
            }
            if (name.equals("File") && path.size() == 3 && path.get(1).equals("References")) {
                String id = value(attributes, "id");
                var part =
                        new Part(
                                value(attributes, "href"),
                                size(value(attributes, "size")),
                                value(attributes, "compression"),
                                !value(attributes, "chunkSize").isEmpty());
                if (files.put(id, part) != null) {
                    throw new SAXException("two files of one identifier");
                }
            } else if (name.equals("Disk") && path.size() == 3) {
                disks.add(
                        new Disk(
                                value(attributes, "diskId"),
                                value(attributes, "fileRef"),
                                value(attributes, "format"),
                                !value(attributes, "parentRef").isEmpty()));
            }
        }

        @Override
        public void endElement(String namespace, String name, String qualified) {
            path.removeLast();
        }

        @Override
        public InputSource resolveEntity(String publicId, String systemId) throws SAXException {
            throw new SAXException("an entity outside of it");
        }

        @Override
        public void error(SAXParseException e) throws SAXException {
            throw e;
        }

        /** An attribute of whatever namespace, of which there may be one. */
        private static String value(Attributes attributes, String name) throws SAXException {
            String found = "";
            for (int i = 0; i < attributes.getLength(); i++) {
                if (attributes.getLocalName(i).equals(name)) {
                    if (!found.isEmpty()) {
                        throw new SAXException("the attribute %s twice".formatted(name));
                    }
                    found = attributes.getValue(i);
                }
            }
            return found;
        }

        private static long size(String text) throws SAXException {
            if (text.isEmpty()) {
                return -1;
            }
            if (!text.matches("[0-9]{1,18}")) {
                throw new SAXException("a size that is no number");
            }
            return Long.parseLong(text);
        }
    }
}
