# Finds a JDK of 25 or later. To be read by other scripts: . tools/jdk.sh; jdk=$(find_jdk)

wanted_jdk=25

# The feature release of the JDK in a directory, or nothing. Read from its "release" file: no process is started.
release_of_jdk() {
    [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
    while IFS='=' read -r name value; do
        if [ "$name" = JAVA_VERSION ]; then
            value=${value#\"}
            value=${value%\"}
            echo "${value%%[.+-]*}"
            return 0
        fi
    done < "$1/release"
}

find_jdk() {
    on_path=$(command -v javac || true)
    [ -z "$on_path" ] || on_path=$(dirname -- "$(dirname -- "$(readlink -f -- "$on_path")")")
    for jdk in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/* /opt/java/* /opt/jdk* "$HOME"/.jdks/* \
        "$HOME"/.sdkman/candidates/java/* /usr/java/*; do
        [ -n "$jdk" ] || continue
        release=$(release_of_jdk "$jdk")
        case $release in
            '' | *[!0-9]*) ;;
            *) if [ "$release" -ge "$wanted_jdk" ]; then echo "$jdk"; return 0; fi ;;
        esac
    done
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
