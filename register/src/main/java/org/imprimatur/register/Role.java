package org.imprimatur.register;

/** What a person may be appointed to by an owner (TVM-2.roles). */
public enum Role {
    IMAGE_PRODUCER("image-producer"),
    VO_PRODUCER("vo-producer"),
    IMAGE_COMBINER("image-combiner"),
    ENDORSER("endorser"),
    SITE_APPROVER("site-approver"),
    VM_OPERATOR("vm-operator"),
    SECURITY_OFFICER("security-officer"),
    APPOINTER("appointer"),

    /** Is told of what concerns the owner's images, and may do nothing (PROC-contact). */
    CONTACT("contact");

    private final String wire;

    Role(String wire) {
        this.wire = wire;
    }

    /** Reads the name in formats, such as {@code site-approver}. */
    public static Role parse(String text) {
        return WireName.find(values(), Role::wire, text);
    }

    /** The name in formats. */
    public String wire() {
        return wire;
    }

    /**
     * Whether an owner of this kind appoints people to this role (TVM-2.model): sites approve for
     * themselves, producers of a VO's configuration come from that VO, and those of whole systems
     * from a site, or the infrastructure that manages them for all sites (PROC-types).
     */
    public boolean isFor(Owner.Kind kind) {
        return switch (this) {
            case SITE_APPROVER -> kind == Owner.Kind.SITE;
            case VO_PRODUCER -> kind == Owner.Kind.VO;
            case IMAGE_PRODUCER -> kind != Owner.Kind.VO;
            case IMAGE_COMBINER, ENDORSER, VM_OPERATOR, SECURITY_OFFICER, APPOINTER, CONTACT ->
                    true;
        };
    }

    @Override
    public String toString() {
        return wire;
    }
}
