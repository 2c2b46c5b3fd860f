package org.imprimatur.disk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.imprimatur.disk.VolumeContent.MemberContent;
import org.imprimatur.disk.VolumeContent.UnreadContent;
import org.jspecify.annotations.Nullable;

/**
 * The logical volumes of a disk: its physical volumes of LVM2 brought together to volume groups.
 *
 * @param partitions as they were given, the physical volumes named by what they are part of
 * @param logicalVolumes of all groups; those that cannot be read are among them
 * @param freeSpace extents that no logical volume uses
 */
record Lvm(
        List<Volume> partitions,
        List<Volume> logicalVolumes,
        List<FreeSpace> freeSpace,
        List<Unread> unread,
        List<Note> notes) {

    /** A physical volume, and the place of its partition in the list. */
    record Member(int index, Volume volume, LvmLabel label) {}

    /** Looks into each partition that is a physical volume. */
    static Lvm assemble(List<Volume> given, Limits limits) throws IOException {
        return new Assembly(given, limits).run();
    }

    private static final class Assembly {

        private final List<Volume> partitions;
        private final Limits limits;
        private final List<Volume> logicalVolumes = new ArrayList<>();
        private final List<FreeSpace> freeSpace = new ArrayList<>();
        private final List<Unread> unread = new ArrayList<>();
        private final List<Note> notes = new ArrayList<>();

        /** By uuid. */
        private final Map<String, Member> members = new LinkedHashMap<>();

        private final Map<String, LvmGroup> owners = new HashMap<>();

        Assembly(List<Volume> given, Limits limits) {
            this.partitions = new ArrayList<>(given);
            this.limits = limits;
        }

        Lvm run() throws IOException {
            findMembers();
            for (LvmGroup group : groups()) {
                addGroup(group);
            }
            nameMembers();
            return new Lvm(partitions, logicalVolumes, freeSpace, unread, notes);
        }

        private void findMembers() throws IOException {
            var texts = new LvmLabel.Texts();
            for (int i = 0; i < partitions.size(); i++) {
                Volume volume = partitions.get(i);
                if (!(volume.content() instanceof MemberContent(String what))) {
                    continue;
                }
                LvmLabel label;
                try {
                    label = LvmLabel.read(volume.device(), texts);
                } catch (ImageException e) {
                    setContent(i, new UnreadContent(what + ": " + e.explanation()));
                    continue;
                }
                for (String fault : label.faults()) {
                    unread.add(new Unread(volume.title(), fault));
                }
                Member twin = members.putIfAbsent(label.uuid(), new Member(i, volume, label));
                if (twin != null) {
                    setContent(
                            i,
                            new UnreadContent(
                                    "an LVM physical volume with the same identity as "
                                            + twin.volume().title()));
                }
            }
        }

        private void setContent(int index, VolumeContent content) {
            Volume old = partitions.get(index);
            partitions.set(
                    index,
                    new Volume(
                            old.id(),
                            old.name(),
                            old.partitionId(),
                            old.type(),
                            old.offset(),
                            old.size(),
                            old.device(),
                            content));
        }

        /** Each group by the newest metadata that any physical volume has of it. */
        private List<LvmGroup> groups() {
            var newest = new LinkedHashMap<String, LvmGroup>();
            for (Member member : members.values()) {
                for (LvmLabel.Metadata text : member.label().texts()) {
                    try {
                        LvmGroup group = LvmGroup.of(text.section());
                        LvmGroup known = newest.putIfAbsent(group.id(), group);
                        if (known != null) {
                            newest.put(group.id(), newer(known, group, member, text.offset()));
                        }
                    } catch (ImageException e) {
                        unread.add(
                                new Unread(
                                        member.volume().title(),
                                        "LVM metadata at offset %d: %s"
                                                .formatted(text.offset(), e.explanation())));
                    }
                }
            }
            return List.copyOf(newest.values());
        }

        private LvmGroup newer(LvmGroup known, LvmGroup other, Member member, long offset) {
            if (known.text().equals(other.text())) {
                return known;
            }
            if (known.number() == other.number()) {
                unread.add(
                        new Unread(
                                member.volume().title(),
                                "LVM metadata at offset %d: two different texts of volume group %s have the number %d"
                                        .formatted(offset, known.name(), known.number())));
                return known;
            }
            notes.add(
                    new Note(
                            member.volume().title(),
                            "LVM metadata at offset %d: volume group %s has texts of the numbers %d and %d; the higher one counts"
                                    .formatted(
                                            offset, known.name(), known.number(), other.number())));
            return known.number() > other.number() ? known : other;
        }

        private void addGroup(LvmGroup group) throws IOException {
            String where = "volume group " + group.name();
            var parts = new HashMap<String, Member>();
            for (LvmGroup.Physical physical : group.physicals().values()) {
                Member member = members.get(physical.uuid());
                if (member == null || physical.isMissing()) {
                    unread.add(
                            new Unread(
                                    where,
                                    member == null
                                            ? "its physical volume %s is not in this image"
                                                    .formatted(Escaped.of(physical.name()))
                                            : "its physical volume %s was missing when it was last changed"
                                                    .formatted(Escaped.of(physical.name()))));
                    continue;
                }
                LvmGroup other = owners.putIfAbsent(physical.uuid(), group);
                if (other != null) {
                    unread.add(
                            new Unread(
                                    member.volume().title(),
                                    "belongs to volume group %s and at once to %s"
                                            .formatted(other.name(), group.name())));
                    continue;
                }
                if (!group.fits(physical, member.volume().size())) {
                    unread.add(
                            new Unread(
                                    member.volume().title(),
                                    "has %d bytes, less than the %d extents that volume group %s has on it"
                                            .formatted(
                                                    member.volume().size(),
                                                    physical.extents(),
                                                    group.name())));
                    continue;
                }
                parts.put(physical.name(), member);
            }
            if (group.isExported()) {
                notes.add(new Note(where, "is exported: no system uses it until it is imported"));
            }
            for (LvmGroup.Logical logical : group.logicals()) {
                if (logicalVolumes.size() == limits.maxVolumes()) {
                    unread.add(
                            new Unread(
                                    where,
                                    "more than %d logical volumes: the rest was not read"
                                            .formatted(limits.maxVolumes())));
                    break;
                }
                logicalVolumes.add(volume(group, logical, parts));
            }
            for (LvmGroup.Physical physical : group.physicals().values()) {
                Member member = parts.get(physical.name());
                if (member != null) {
                    freeSpace.add(
                            new FreeSpace(
                                    FreeSpace.Kind.VOLUME_GROUP,
                                    member.volume().id(),
                                    member.volume().device(),
                                    sink -> group.free(physical, member.volume().size(), sink)));
                }
            }
        }

        private Volume volume(LvmGroup group, LvmGroup.Logical logical, Map<String, Member> parts)
                throws IOException {
            String id = group.name() + "/" + logical.name();
            String reason = logical.refusal();
            if (reason.isEmpty()) {
                try {
                    BlockDevice device = device(group, logical, parts);
                    var whole =
                            new Partition(
                                    id,
                                    "",
                                    "logical volume",
                                    Partition.Kind.ORDINARY,
                                    0,
                                    device.size());
                    Volume volume = VolumeProbe.probe(device, whole, limits);
                    VolumeContent content =
                            volume.content() instanceof MemberContent(String what)
                                    ? new UnreadContent(what + " inside a logical volume")
                                    : volume.content();
                    return new Volume(
                            id,
                            "",
                            "",
                            volume.type(),
                            start(group, logical, parts),
                            device.size(),
                            device,
                            content);
                } catch (ImageException e) {
                    reason = e.explanation();
                }
            }
            return new Volume(
                    id,
                    "",
                    "",
                    "logical volume",
                    0,
                    0,
                    partitions.getFirst().device().slice(0, 0),
                    new UnreadContent(reason));
        }

        private static BlockDevice device(
                LvmGroup group, LvmGroup.Logical logical, Map<String, Member> parts)
                throws ImageException {
            var runs = new ArrayList<StripedDevice.Run>();
            for (LvmGroup.Segment segment : logical.segments()) {
                var columns = new ArrayList<BlockDevice>();
                for (LvmGroup.Area area : segment.areas()) {
                    Member member = parts.get(area.physical());
                    if (member == null) {
                        throw new UnsupportedImageException(
                                "a logical volume on the physical volume %s, which cannot be used"
                                        .formatted(Escaped.of(area.physical())));
                    }
                    columns.add(
                            member.volume()
                                    .device()
                                    .slice(
                                            group.place(area),
                                            area.extents() * group.extentBytes()));
                }
                runs.add(
                        new StripedDevice.Run(
                                segment.start() * group.extentBytes(),
                                columns,
                                segment.stripeBytes()));
            }
            return new StripedDevice(runs);
        }

        private static long start(
                LvmGroup group, LvmGroup.Logical logical, Map<String, Member> parts) {
            LvmGroup.Area first = logical.segments().getFirst().areas().getFirst();
            @Nullable Member member = parts.get(first.physical());
            return member == null ? 0 : member.volume().offset() + group.place(first);
        }

        /** Says of each physical volume what it is part of. */
        private void nameMembers() {
            for (Member member : members.values()) {
                LvmGroup owner = owners.get(member.label().uuid());
                setContent(
                        member.index(),
                        new MemberContent(
                                owner == null
                                        ? "LVM physical volume of no volume group"
                                        : "LVM physical volume of " + owner.name()));
                if (owner == null) {
                    long start = Math.min(member.label().dataStart(), member.volume().size());
                    long length = member.volume().size() - start;
                    freeSpace.add(
                            new FreeSpace(
                                    FreeSpace.Kind.VOLUME_GROUP,
                                    member.volume().id(),
                                    member.volume().device(),
                                    sink -> {
                                        if (length > 0) {
                                            sink.accept(start, length);
                                        }
                                    }));
                }
            }
        }
    }
}
