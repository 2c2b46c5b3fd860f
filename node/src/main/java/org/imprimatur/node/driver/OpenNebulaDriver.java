package org.imprimatur.node.driver;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.imprimatur.node.driver.OneImage.State;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Sha512;

/**
 * OpenNebula, by its XML-RPC interface.
 *
 * <p>The front-end fetches the bytes itself, from a directory that it sees: there a verified copy
 * lies while it does so. It tells no SHA-512 of what it has, so it is told the SHA-1 of the copy,
 * and takes no other bytes. The image is shown to others only when it is ready. A withdrawn one is
 * shown to nobody, and disabled as soon as no machine uses it. Touched is only what belongs to the
 * driver's user there and has the site's, the driver's and the publication's mark in its template.
 */
final class OpenNebulaDriver implements Driver {

    private static final Pattern MACHINE = Pattern.compile("[0-9]{1,9}");
    private static final Set<String> FORMATS = Set.of("raw", "qcow2");

    /** How gzip, bzip2, xz and zip begin. */
    private static final List<String> PACKED =
            List.of("\u001f\u008b", "BZh", "\u00fd7zXZ\0", "PK\u0003\u0004");

    private static final int NO_EXISTS = 0x400;
    private static final int WRONG_STATE = 0x800;
    private static final int OURS = -3;
    private static final int ALL = -1;
    private static final int AS_IT_IS = -1;
    private static final int MERGED = 1;
    private static final String DONE = "6";
    private static final int LONGEST_SECRET = 4096;
    private static final int LONGEST_NAME = 128;

    private static final Map<Integer, String> CODES =
            Map.of(
                    0x100,
                    "; the session was not taken",
                    0x200,
                    "; the user may not",
                    NO_EXISTS,
                    "; it is not there",
                    WRONG_STATE,
                    "; its state does not allow it");

    /** Who may use an image besides the driver's user. */
    enum Visibility {
        GROUP,
        ALL
    }

    /**
     * Where, and how.
     *
     * @param session the file with {@code USER:PASSWORD}
     * @param datastore the number of the datastore of images
     * @param upload a directory, from which the front-end fetches images
     * @param uploadAs what the front-end calls that directory: a path or an address
     * @param group the number of the group that images are given to; empty for the user's own
     * @param prefix stands before each name
     * @param within how long the front-end may take to fetch an image
     * @param every how often it is asked whether it has
     */
    record Settings(
            String name,
            Path session,
            int datastore,
            Path upload,
            String uploadAs,
            OptionalInt group,
            Visibility visibility,
            String prefix,
            Duration within,
            Duration every) {}

    private final Settings settings;
    private final Owner site;
    private final XmlRpc front;

    OpenNebulaDriver(Settings settings, Owner site, XmlRpc front) {
        this.settings = settings;
        this.site = site;
        this.front = front;
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public String publish(Mark mark, StoredImage image) throws DriverException {
        OneImage whole = null;
        for (var found : bearing(mark)) {
            boolean good = found.label("IMPRIMATUR_FILE_SHA512").equals(image.digest().hex());
            if (whole == null && good && found.state().hasBytes()) {
                whole = found;
            } else if (found.state() != State.DELETE) {
                delete(found.id());
            }
        }
        int id = whole == null ? make(mark, image) : whole.id();
        if (whole == null || whole.state().coming()) {
            fetched(id);
        }
        unstage(mark);
        if (whole != null) {
            // It may stand by another endorsement than when it was made.
            ask("label it", "one.image.update", id, template(labels(mark, image)), MERGED);
        }
        if (whole != null && whole.state() == State.DISABLED) {
            ask("enable it", "one.image.enable", id, true);
        }
        if (settings.group().isPresent()) {
            ask(
                    "give it to the group",
                    "one.image.chown",
                    id,
                    AS_IT_IS,
                    settings.group().getAsInt());
        }
        show(id, 1, settings.visibility() == Visibility.ALL ? 1 : 0);
        return Integer.toString(id);
    }

    /** Its owner may use and manage it; group and others may use it or not. */
    private void show(int id, int group, int others) throws DriverException {
        ask("say who may use it", "one.image.chmod", id, 1, 1, 0, group, 0, 0, others, 0, 0);
    }

    private int make(Mark mark, StoredImage image) throws DriverException {
        if (!FORMATS.contains(image.format())) {
            throw new DriverException(
                    "OpenNebula takes raw and qcow2, and the image is %s: say which in \"format\""
                            .formatted(image.format()));
        }
        var sha1 = stage(mark, image);
        var said = labels(mark, image);
        said.put("NAME", shownName(image, mark));
        said.put("PATH", at(mark));
        said.put("SHA1", sha1);
        said.put("TYPE", "OS");
        said.put("PERSISTENT", "NO");
        said.put("FORMAT", image.format());
        var answer = ask("make it", "one.image.allocate", template(said), settings.datastore());
        if (!answer.matches("[0-9]{1,9}")) {
            throw new DriverException("OpenNebula made an image without a number");
        }
        return Integer.parseInt(answer);
    }

    /** What is said of an image there; {@code docs/format.md}, "Images in OpenNebula". */
    private TreeMap<String, String> labels(Mark mark, StoredImage image) {
        var candidate = image.candidate();
        var labels = new TreeMap<String, String>();
        labels.put("DESCRIPTION", candidate.title());
        labels.put("IMPRIMATUR_SITE", site.toString());
        labels.put("IMPRIMATUR_DRIVER", name());
        labels.put("IMPRIMATUR_MARK", mark.toString());
        labels.put("IMPRIMATUR_GUID", candidate.guid().toString());
        labels.put("IMPRIMATUR_VERSION", candidate.version().text());
        labels.put("IMPRIMATUR_SHA512", image.image().hex());
        labels.put("IMPRIMATUR_FILE_SHA512", image.digest().hex());
        labels.put("IMPRIMATUR_OWNER", candidate.owner().toString());
        labels.put("IMPRIMATUR_ENDORSER", candidate.signer().subject());
        labels.put("IMPRIMATUR_ENDORSEMENT", candidate.id().hex());
        labels.put("IMPRIMATUR_CATALOGUE", image.catalogue().text());
        return labels;
    }

    private static String template(Map<String, String> said) {
        var template = new StringBuilder("<TEMPLATE>");
        said.forEach(
                (member, text) ->
                        template.append(
                                "<%s>%s</%s>".formatted(member, XmlRpc.escaped(text), member)));
        return template.append("</TEMPLATE>").toString();
    }

    /** A name is there once for each user, so a part of the mark is in it. */
    private String shownName(StoredImage image, Mark mark) {
        var candidate = image.candidate();
        var end = " %s (%s)".formatted(candidate.version().text(), mark.toString().substring(0, 8));
        var title = settings.prefix() + candidate.title();
        int room = LONGEST_NAME - end.length();
        return (title.length() > room ? title.substring(0, room) : title) + end;
    }

    // ---- The copy for the front-end -----------------------------------------------------------

    private Path staged(Mark mark) {
        return settings.upload().resolve("imprimatur-" + mark);
    }

    private String at(Mark mark) {
        return settings.uploadAs().replaceAll("/+$", "") + "/imprimatur-" + mark;
    }

    /** The front-end unpacks what looks packed, and would run another disk than this one. */
    private static void checkNotPacked(Path file) throws IOException {
        byte[] start;
        try (var in = Files.newInputStream(file)) {
            start = in.readNBytes(512);
        }
        var text = new String(start, ISO_8859_1);
        if (PACKED.stream().anyMatch(text::startsWith) || text.startsWith("ustar", 257)) {
            throw new DriverException(
                    "the disk begins as an archive does, and OpenNebula would unpack it");
        }
    }

    /** Puts a verified copy where the front-end finds it; its SHA-1. */
    private String stage(Mark mark, StoredImage image) throws DriverException {
        var file = staged(mark);
        try {
            Files.deleteIfExists(file);
            checkNotPacked(image.file());
            var sha512 = MessageDigest.getInstance("SHA-512");
            var sha1 = MessageDigest.getInstance("SHA-1");
            try (var from = FileChannel.open(image.file(), StandardOpenOption.READ);
                    var to =
                            FileChannel.open(
                                    file,
                                    StandardOpenOption.CREATE_NEW,
                                    StandardOpenOption.WRITE)) {
                var buffer = ByteBuffer.allocate(1 << 18);
                while (from.read(buffer.clear()) >= 0) {
                    sha512.update(buffer.flip().duplicate());
                    sha1.update(buffer.duplicate());
                    while (buffer.hasRemaining()) {
                        to.write(buffer);
                    }
                }
            }
            var found = Sha512.ofBytes(sha512.digest());
            if (!found.equals(image.digest())) {
                Files.deleteIfExists(file);
                throw new DriverException(
                        "the copy has the digest %s where %s was expected"
                                .formatted(found, image.digest()));
            }
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
            return HexFormat.of().formatHex(sha1.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("the JDK has SHA-1 and SHA-512", e);
        } catch (DriverException e) {
            throw e;
        } catch (IOException e) {
            throw new DriverException("the directory of uploads cannot take it: " + e, e);
        }
    }

    private void unstage(Mark mark) throws DriverException {
        try {
            Files.deleteIfExists(staged(mark));
        } catch (IOException e) {
            throw new DriverException("the copy for the front-end cannot be deleted: " + e, e);
        }
    }

    /** Waits until the front-end has the bytes, and found them to be right. */
    private void fetched(int id) throws DriverException {
        long end = System.nanoTime() + settings.within().toNanos();
        while (true) {
            var image = OneImage.read(ask("show it", "one.image.info", id));
            if (image.state().usable()) {
                return;
            }
            if (!image.state().coming()) {
                delete(id);
                throw new DriverException(
                        "OpenNebula could not take the bytes, and the image is deleted there: "
                                + shown(image.label("ERROR")));
            }
            if (System.nanoTime() > end) {
                throw new DriverException(
                        "OpenNebula has not taken all bytes within %d s"
                                .formatted(settings.within().toSeconds()));
            }
            try {
                Thread.sleep(settings.every());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new DriverException("it is broken off", e);
            }
        }
    }

    // ---- What is there ------------------------------------------------------------------------

    @Override
    public List<Held> held(List<Publication> ours) throws DriverException {
        var all = images();
        var held = new ArrayList<Held>();
        for (var one : ours) {
            var images = all.stream().filter(image -> bears(image, one.mark())).toList();
            if (!images.isEmpty()) {
                var first = images.getFirst();
                held.add(
                        new Held(
                                one.mark(),
                                Integer.toString(first.id()),
                                images.size() == 1 ? use(first, one) : Use.BROKEN));
            }
        }
        return held;
    }

    private static Use use(OneImage image, Publication publication) {
        if (!image.label("IMPRIMATUR_FILE_SHA512").equals(publication.published().hex())) {
            return Use.BROKEN;
        }
        boolean aside = image.state() == State.DISABLED || !image.shared();
        return aside ? Use.ASIDE : image.state().usable() ? Use.OFFERED : Use.BROKEN;
    }

    @Override
    public boolean withdraw(Publication publication) throws DriverException {
        boolean gone = true;
        for (var image : bearing(publication.mark())) {
            show(image.id(), 0, 0);
            switch (image.state()) {
                case READY -> {
                    ask("disable it", "one.image.enable", image.id(), false);
                    gone = false;
                }
                // Nobody but the driver's own user can start from it.
                case USED, CLONE, USED_PERS, LOCKED_USED, LOCKED_USED_PERS, DISABLED ->
                        gone = false;
                case INIT, LOCKED, ERROR -> delete(image.id());
                case DELETE -> {
                    // It is on its way out.
                }
            }
        }
        unstage(publication.mark());
        return gone;
    }

    @Override
    public boolean remove(Publication publication) throws DriverException {
        boolean gone = true;
        for (var image : bearing(publication.mark())) {
            switch (image.state()) {
                case USED, CLONE, USED_PERS, LOCKED_USED, LOCKED_USED_PERS -> gone = false;
                case INIT, READY, DISABLED, LOCKED, ERROR, DELETE -> delete(image.id());
            }
        }
        return gone;
    }

    @Override
    public void terminate(String instance, String host) throws DriverException {
        if (!MACHINE.matcher(instance).matches()) {
            throw new DriverException("that is no number of a machine");
        }
        int machine = Integer.parseInt(instance);
        var ended = call("one.vm.action", "terminate-hard", machine);
        if (ended.good() || ended.code() == NO_EXISTS) {
            return;
        }
        if (ended.code() == WRONG_STATE) {
            var machineNow = call("one.vm.info", machine);
            if (machineNow.good()
                    && OutsideXml.read(machineNow.text().getBytes(UTF_8), "the machine")
                            .text("STATE")
                            .equals(DONE)) {
                return;
            }
        }
        throw refused("end the machine " + instance, ended);
    }

    private void delete(int id) throws DriverException {
        var answer = call("one.image.delete", id);
        if (!answer.good() && answer.code() != NO_EXISTS) {
            throw refused("delete the image " + id, answer);
        }
    }

    private List<OneImage> bearing(Mark mark) throws DriverException {
        return images().stream().filter(image -> bears(image, mark)).toList();
    }

    private static boolean bears(OneImage image, Mark mark) {
        return image.label("IMPRIMATUR_MARK").equals(mark.toString());
    }

    /** Those of the driver's user that this driver made. */
    private List<OneImage> images() throws DriverException {
        return OneImage.pool(ask("list images", "one.imagepool.info", OURS, ALL, ALL)).stream()
                .filter(image -> image.label("IMPRIMATUR_SITE").equals(site.toString()))
                .filter(image -> image.label("IMPRIMATUR_DRIVER").equals(name()))
                .toList();
    }

    // ---- Calls --------------------------------------------------------------------------------

    /**
     * An answer.
     *
     * @param text what came back, or why not
     * @param code of the failure
     */
    private record Answer(boolean good, String text, int code) {}

    private String ask(String doing, String method, Object... arguments) throws DriverException {
        var answer = call(method, arguments);
        if (!answer.good()) {
            throw refused(doing, answer);
        }
        return answer.text();
    }

    private Answer call(String method, Object... arguments) throws DriverException {
        var all = new ArrayList<Object>();
        all.add(session());
        all.addAll(List.of(arguments));
        var values = front.call(method, all);
        if (values.size() < 3 || !values.get(2).strip().matches("[0-9]{1,9}")) {
            throw new DriverException(
                    "OpenNebula does not answer %s as expected".formatted(method));
        }
        return new Answer(
                values.get(0).strip().equals("1"),
                values.get(1),
                Integer.parseInt(values.get(2).strip()));
    }

    /** Read each time, so that it can be exchanged. */
    private String session() throws DriverException {
        var file = settings.session();
        try {
            if (Files.size(file) > LONGEST_SECRET) {
                throw new DriverException(file + " is too long for a session");
            }
            return Files.readString(file).strip();
        } catch (DriverException e) {
            throw e;
        } catch (IOException e) {
            throw new DriverException("the session in %s cannot be read".formatted(file), e);
        }
    }

    private static DriverException refused(String doing, Answer answer) {
        return new DriverException(
                "OpenNebula refuses to %s%s: %s"
                        .formatted(
                                doing,
                                CODES.getOrDefault(answer.code(), ""),
                                shown(answer.text())));
    }

    /** One line of what it says. */
    private static String shown(String text) {
        var line = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return line.isEmpty()
                ? "it does not say why"
                : line.substring(0, Math.min(200, line.length()));
    }

    @Override
    public void close() {
        front.close();
    }
}
