# Finds a JDK of 25 or later. To be read by other scripts: . tools/jdk.sh; jdk=$(find_jdk)

wanted_jdk=25

# Puts the feature release of the JDK in a directory into $release, or nothing. Read from its "release" file: no process
# is started, since this runs before every command.
read_release_of() {
    release=
    [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
    while IFS='=' read -r name value; do
        if [ "$name" = JAVA_VERSION ]; then
            value=${value#\"}
            release=${value%%[.+\"-]*}
            return 0
        fi
    done < "$1/release"
}

# The first of some directories that is such a JDK.
first_jdk() {
    for jdk in "$@"; do
        [ -n "$jdk" ] || continue
        read_release_of "$jdk"
        case $release in
            '' | *[!0-9]*) ;;
            *) if [ "$release" -ge "$wanted_jdk" ]; then echo "$jdk"; return 0; fi ;;
        esac
    done
    return 1
}

find_jdk() {
    first_jdk "${JAVA_HOME:-}" /usr/lib/jvm/* /opt/java/* /opt/jdk* "${HOME:-/root}"/.jdks/* "$HOME"/.sdkman/candidates/java/* \
        /usr/java/* && return 0
    on_path=$(command -v javac || true)
    [ -z "$on_path" ] || first_jdk "$(dirname -- "$(dirname -- "$(readlink -f -- "$on_path")")")" && return 0
    echo "no JDK $wanted_jdk or later found. Install one (for example Temurin $wanted_jdk), or set JAVA_HOME to it." >&2
    return 2
}

# Runs Maven on that JDK: with the formatter at work, and without warnings about Maven's own libraries.
maven_on() {
    jdk=$1
    shift
    JAVA_HOME=$jdk PATH=$jdk/bin:$PATH \
        MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED ${MAVEN_OPTS:-}" mvn -B -q "$@"
}
