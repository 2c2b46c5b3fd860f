package org.imprimatur.inspect.packages;

/** The package managers that are known, by the name of their type in package URLs. */
public enum PackageKind {
    DEBIAN("deb"),
    RPM("rpm"),
    ALPINE("apk"),
    ARCH("alpm"),
    PYTHON("pypi"),
    NODE("npm"),
    RUBY("gem"),
    JAVA("maven"),
    GO("golang"),
    RUST("cargo"),
    /** There is no package URL type of its own for it. */
    FLATPAK("generic"),
    /** There is no package URL type of its own for it. */
    SNAP("generic");

    private final String urlType;

    PackageKind(String urlType) {
        this.urlType = urlType;
    }

    /** The type in a package URL. */
    public String urlType() {
        return urlType;
    }

    /** True for the packages that a distribution is made of. */
    public boolean ofDistribution() {
        return switch (this) {
            case DEBIAN, RPM, ALPINE, ARCH -> true;
            case PYTHON, NODE, RUBY, JAVA, GO, RUST, FLATPAK, SNAP -> false;
        };
    }
}
