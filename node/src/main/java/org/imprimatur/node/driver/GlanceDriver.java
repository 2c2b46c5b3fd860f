package org.imprimatur.node.driver;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.imprimatur.node.fetch.Calls;
import org.imprimatur.node.http.Json;
import org.imprimatur.register.Owner;
import org.jspecify.annotations.Nullable;

/**
 * OpenStack's image service, Glance (Images API v2), and Nova for ending machines.
 *
 * <p>An image is made private and hidden, filled, and shown only when Glance has found the SHA-512
 * that is endorsed; one of other bytes is deleted. A withdrawn image is deactivated, which nobody
 * can start from, and hidden, with its members as they are. Touched is only what belongs to the
 * site's project and has the site's, the driver's and the publication's mark in its properties.
 */
final class GlanceDriver implements Driver {

    private static final String IMAGE = "image";
    private static final String COMPUTE = "compute";
    private static final String JSON = "application/json";
    private static final String PATCH = "application/openstack-images-v2.1-json-patch";
    private static final int MOST_PAGES = 200;
    private static final int PAGE = 100;
    private static final int LONGEST_NAME = 255;
    private static final Pattern SERVER = Pattern.compile("[0-9a-zA-Z-]{1,64}");
    private static final Set<String> FORMATS =
            Set.of("raw", "qcow2", "vmdk", "vhd", "vhdx", "vdi", "iso", "ova");
    private static final Map<String, String> ARCHITECTURES =
            Map.of("amd64", "x86_64", "arm64", "aarch64", "i386", "i686", "ppc64el", "ppc64le");
    private static final Map<String, String> DISTRIBUTIONS = Map.of("red", "rhel", "suse", "sles");

    /** Who may use an image, by the names of Glance. */
    enum Visibility {
        PRIVATE,
        SHARED,
        COMMUNITY,
        PUBLIC;

        String wire() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * How images are published.
     *
     * @param members projects that shared images are shared with
     * @param prefix stands before each name
     * @param properties stand beside those of the site
     */
    record Settings(
            String name,
            Visibility visibility,
            Set<String> members,
            String prefix,
            Map<String, String> properties) {}

    private final Settings settings;
    private final Owner site;
    private final OpenStack cloud;

    GlanceDriver(Settings settings, Owner site, OpenStack cloud) {
        this.settings = settings;
        this.site = site;
        this.cloud = cloud;
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public String publish(Mark mark, StoredImage image) throws DriverException {
        GlanceImage whole = null;
        for (var found : bearing(mark)) {
            if (whole == null && complete(found, image)) {
                whole = found;
            } else {
                delete(found);
            }
        }
        if (whole == null) {
            whole = make(mark, image);
        }
        if (whole.status().equals("deactivated")) {
            expect(204, post(path(whole) + "/actions/reactivate", null), "reactivate it");
        }
        share(whole, image);
        show(whole, mark, image);
        return whole.id();
    }

    private static boolean complete(GlanceImage found, StoredImage image) {
        boolean usable = found.status().equals("active") || found.status().equals("deactivated");
        return usable && found.holds(image.digest()) && found.size() == image.bytes();
    }

    private GlanceImage make(Mark mark, StoredImage image) throws DriverException {
        if (!FORMATS.contains(image.format())) {
            throw new DriverException("Glance has no disk format " + image.format());
        }
        boolean ova = image.format().equals("ova");
        var body = Json.object();
        labels(mark, image).forEach(body::put);
        body.put("name", shownName(image))
                .put("disk_format", ova ? "vmdk" : image.format())
                .put("container_format", ova ? "ova" : "bare")
                .put("visibility", Visibility.PRIVATE.wire())
                .put("os_hidden", true)
                .put("protected", false)
                .put("min_disk", gibibytes(image));
        var made =
                GlanceImage.read(
                        expect(201, post("/v2/images", Json.bytes(body)), "make it").bytes());
        expect(
                204,
                cloud.upload(IMAGE, path(made) + "/file", image.file()),
                "take the bytes of it");
        var filled = image(made.id());
        if (filled.isEmpty() || !complete(filled.get(), image)) {
            var found =
                    filled.map(
                                    f ->
                                            f.sha512()
                                                    .map(Object::toString)
                                                    .orElse("no SHA-512 (os_hash_algo)"))
                            .orElse("nothing");
            delete(made);
            throw new DriverException(
                    "Glance has %s where %s was endorsed; the image is deleted there"
                            .formatted(found, image.digest()));
        }
        return filled.get();
    }

    private static long gibibytes(StoredImage image) {
        long gibibyte = 1L << 30;
        var disk = image.candidate().disk();
        // Of an image of a list the disk is known only where it is the file.
        long bytes =
                disk != null
                        ? disk.virtualBytes()
                        : image.format().equals("raw") ? image.bytes() : 0;
        return (bytes + gibibyte - 1) / gibibyte;
    }

    private String shownName(StoredImage image) {
        var candidate = image.candidate();
        var version = " " + candidate.version().text();
        var title = settings.prefix() + candidate.title();
        int room = LONGEST_NAME - version.length();
        return (title.length() > room ? title.substring(0, room) : title) + version;
    }

    /** The properties of an image; {@code docs/format.md}, "Images in Glance". */
    private Map<String, String> labels(Mark mark, StoredImage image) {
        var candidate = image.candidate();
        var labels = new TreeMap<>(settings.properties());
        labels.put("imprimatur_site", site.toString());
        labels.put("imprimatur_driver", name());
        labels.put("imprimatur_mark", mark.toString());
        labels.put("imprimatur_guid", candidate.guid().toString());
        labels.put("imprimatur_version", candidate.version().text());
        labels.put("imprimatur_sha512", candidate.image().hex());
        if (image.isConverted()) {
            labels.put("imprimatur_converted_sha512", image.digest().hex());
        }
        labels.put("imprimatur_owner", candidate.owner().toString());
        labels.put("imprimatur_endorser", candidate.signer().subject());
        labels.put("imprimatur_endorser_issuer", candidate.signer().issuer());
        labels.put("imprimatur_endorsement", candidate.id().hex());
        labels.put("imprimatur_catalogue", image.catalogue().text());
        var tag = candidate.tag();
        if (tag != null) {
            labels.put("imprimatur_tag", tag.text());
        }
        var system = candidate.software();
        var first = system.name().split(" ", 2)[0].toLowerCase(Locale.ROOT);
        labels.putIfAbsent("os_distro", DISTRIBUTIONS.getOrDefault(first, first));
        if (!system.version().isEmpty()) {
            labels.putIfAbsent("os_version", system.version());
        }
        if (!system.architecture().isEmpty()) {
            labels.putIfAbsent(
                    "architecture",
                    ARCHITECTURES.getOrDefault(system.architecture(), system.architecture()));
        }
        return labels;
    }

    /** The members that are configured, and those of the version before, are added. */
    private void share(GlanceImage image, StoredImage stored) throws DriverException {
        if (settings.visibility() != Visibility.SHARED) {
            return;
        }
        change(image, Map.of("visibility", Visibility.SHARED.wire()), Optional.empty());
        var wanted = new HashSet<>(settings.members());
        var guid = stored.candidate().guid().toString();
        for (var other : bearing("imprimatur_guid", guid)) {
            if (!other.id().equals(image.id()) && other.text("visibility").equals("shared")) {
                wanted.addAll(members(other));
            }
        }
        wanted.removeAll(members(image));
        for (var member : wanted) {
            var body = Json.object().put("member", member);
            var heard = post(path(image) + "/members", Json.bytes(body));
            if (heard.status() != 409) {
                expect(200, heard, "share it with " + member);
            }
        }
    }

    private Set<String> members(GlanceImage image) throws DriverException {
        var heard = cloud.call(IMAGE, "GET", path(image) + "/members", "", null);
        var json =
                OutsideJson.object(
                        expect(200, heard, "list its members").bytes(), "the answer of Glance");
        var members = new HashSet<String>();
        for (var member : json.path("members")) {
            members.add(OutsideJson.text(member, "member_id", "a member in Glance"));
        }
        return members;
    }

    /** Makes it seen, with labels that are true now. */
    private void show(GlanceImage image, Mark mark, StoredImage stored) throws DriverException {
        var texts = new LinkedHashMap<String, String>(labels(mark, stored));
        texts.put("name", shownName(stored));
        texts.put("visibility", settings.visibility().wire());
        change(image, texts, Optional.of(false));
    }

    private void change(GlanceImage image, Map<String, String> texts, Optional<Boolean> hidden)
            throws DriverException {
        var patch = Json.array();
        texts.forEach(
                (name, value) -> {
                    if (!value.equals(image.texts().get(name))) {
                        patch.addObject()
                                .put("op", image.texts().containsKey(name) ? "replace" : "add")
                                .put("path", "/" + name)
                                .put("value", value);
                    }
                });
        hidden.filter(value -> value != image.hidden())
                .ifPresent(
                        value ->
                                patch.addObject()
                                        .put("op", "replace")
                                        .put("path", "/os_hidden")
                                        .put("value", value));
        if (!patch.isEmpty()) {
            var heard = cloud.call(IMAGE, "PATCH", path(image), PATCH, Json.bytes(patch));
            expect(200, heard, "change what it says of it");
        }
    }

    @Override
    public List<Held> held(List<Publication> ours) throws DriverException {
        var byMark = new LinkedHashMap<String, List<GlanceImage>>();
        for (var image : bearing("imprimatur_driver", name())) {
            byMark.computeIfAbsent(image.text("imprimatur_mark"), _ -> new ArrayList<>())
                    .add(image);
        }
        var held = new ArrayList<Held>();
        for (var one : ours) {
            var images = byMark.getOrDefault(one.mark().toString(), List.of());
            if (!images.isEmpty()) {
                var use = images.size() == 1 ? use(images.getFirst(), one) : Use.BROKEN;
                held.add(new Held(one.mark(), images.getFirst().id(), use));
            }
        }
        return held;
    }

    private static Use use(GlanceImage image, Publication publication) {
        if (!image.holds(publication.published())) {
            return Use.BROKEN;
        }
        return switch (image.status()) {
            case "active" -> Use.OFFERED;
            case "deactivated" -> Use.ASIDE;
            default -> Use.BROKEN;
        };
    }

    @Override
    public boolean withdraw(Publication publication) throws DriverException {
        boolean gone = true;
        for (var image : bearing(publication.mark())) {
            boolean aside = image.status().equals("deactivated");
            if (image.status().equals("active")) {
                var heard = post(path(image) + "/actions/deactivate", null);
                aside = heard.status() == 204;
                if (heard.status() != 403 && heard.status() != 404) {
                    expect(204, heard, "deactivate it");
                }
            }
            if (aside) {
                gone = false;
                change(image, Map.of(), Optional.of(true));
            } else {
                // Not filled, or we may not deactivate it: what cannot be closed is deleted.
                delete(image);
            }
        }
        return gone;
    }

    @Override
    public boolean remove(Publication publication) throws DriverException {
        boolean gone = true;
        for (var image : bearing(publication.mark())) {
            var heard = cloud.call(IMAGE, "DELETE", path(image), "", null);
            if (heard.status() == 409) {
                gone = false;
            } else if (heard.status() != 404) {
                expect(204, heard, "delete it");
            }
        }
        return gone;
    }

    @Override
    public void terminate(String instance, String host) throws DriverException {
        if (!SERVER.matcher(instance).matches()) {
            throw new DriverException("that is no id of a server");
        }
        var heard = cloud.call(COMPUTE, "DELETE", "/servers/" + instance, "", null);
        if (heard.status() != 404) {
            expect(204, heard, "end the server " + instance);
        }
    }

    private void delete(GlanceImage image) throws DriverException {
        var heard = cloud.call(IMAGE, "DELETE", path(image), "", null);
        if (heard.status() != 404) {
            expect(204, heard, "delete " + image.id());
        }
    }

    private Optional<GlanceImage> image(String id) throws DriverException {
        var heard = cloud.call(IMAGE, "GET", "/v2/images/" + id, "", null);
        return heard.status() == 404
                ? Optional.empty()
                : Optional.of(GlanceImage.read(expect(200, heard, "show " + id).bytes()));
    }

    private List<GlanceImage> bearing(Mark mark) throws DriverException {
        return bearing("imprimatur_mark", mark.toString());
    }

    /** Images of ours with that property, the hidden ones too. */
    private List<GlanceImage> bearing(String property, String value) throws DriverException {
        var project = cloud.project();
        var found = new ArrayList<GlanceImage>();
        for (boolean hidden : new boolean[] {false, true}) {
            Optional<String> next =
                    Optional.of(
                            "/v2/images?limit=%d&os_hidden=%s&imprimatur_site=%s&%s=%s"
                                    .formatted(
                                            PAGE,
                                            hidden,
                                            encoded(site.toString()),
                                            property,
                                            encoded(value)));
            for (int pages = 0; next.isPresent(); pages++) {
                if (pages == MOST_PAGES) {
                    throw new DriverException(
                            "Glance lists more than %d images of ours"
                                    .formatted(MOST_PAGES * PAGE));
                }
                var heard = cloud.call(IMAGE, "GET", next.get(), "", null);
                var page = GlanceImage.page(expect(200, heard, "list images").bytes());
                page.images().stream()
                        .filter(image -> ours(image, property, value, project))
                        .forEach(found::add);
                next = page.next();
            }
        }
        return found;
    }

    /** A server may not know the filter, and anybody may write our marks on an image of theirs. */
    private boolean ours(
            GlanceImage image, String property, String value, Optional<String> project) {
        return image.text(property).equals(value)
                && image.text("imprimatur_site").equals(site.toString())
                && image.text("imprimatur_driver").equals(name())
                && (project.isEmpty() || image.owner().equals(project.get()));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }

    private static String path(GlanceImage image) {
        return "/v2/images/" + image.id();
    }

    private Calls.Heard post(String path, byte @Nullable [] body) throws DriverException {
        return cloud.call(IMAGE, "POST", path, body == null ? "" : JSON, body);
    }

    private static Calls.Heard expect(int status, Calls.Heard heard, String doing)
            throws DriverException {
        if (heard.status() != status) {
            throw new DriverException(
                    "OpenStack answers with status %d when asked to %s%s"
                            .formatted(heard.status(), doing, hint(heard.status())));
        }
        return heard;
    }

    private static String hint(int status) {
        return switch (status) {
            case 401 -> "; the token was not taken";
            case 403 -> "; the credential does not allow it";
            case 413 -> "; a quota is used up, or the image too large";
            default -> "";
        };
    }

    @Override
    public void close() {
        cloud.close();
    }
}
