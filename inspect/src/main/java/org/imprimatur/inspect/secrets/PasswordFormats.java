package org.imprimatur.inspect.secrets;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Passwords that stand in texts of any kind behind a sure sign. */
final class PasswordFormats {

    private static final Chars USER = Chars.of("!$&*+,.0-9=A-Z_a-z~%-");
    private static final Chars PASSWORD = Chars.of("!#$%&()*+,.0-9;=?A-Z^_a-z{|}~<>[]-");
    private static final Chars HOST = Chars.of("0-9A-Za-z.-[");
    private static final Chars BETWEEN_SEMICOLONS = Chars.of("!#$%&*+,./0-9:=?@A-Z^_a-z{|}~-");
    private static final Pattern PARAMETER = Pattern.compile("[?&;:(][pP]assword=([^&;)]{3,128})");
    private static final Pattern ORACLE =
            Pattern.compile("^oracle:[a-z0-9]+:[^/@]{1,64}/([^@]{3,128})@");
    private static final Pattern CONNECTION =
            Pattern.compile("(?i)(server|data source|driver|dsn|host|initial catalog|database) ?=");
    private static final Pattern LIBPQ = Pattern.compile("\\bpassword=([^\\s'\"]{3,128})");
    private static final int MOST = 128;
    private static final int LONGEST = 512;

    private PasswordFormats() {}

    static List<Format> all() {
        return List.of(
                new Format(
                        List.of(
                                "postgres://",
                                "postgresql://",
                                "mysql://",
                                "mariadb://",
                                "mongodb://",
                                "mongodb+srv://",
                                "redis://",
                                "rediss://",
                                "amqp://",
                                "amqps://",
                                "ldap://",
                                "ldaps://",
                                "http://",
                                "https://",
                                "ftp://",
                                "ftps://",
                                "sftp://",
                                "smtp://",
                                "smtps://",
                                "smb://"),
                        Format.TOKEN,
                        PasswordFormats::url),
                new Format(List.of("jdbc:"), Format.TOKEN, PasswordFormats::jdbc),
                new Format(
                        List.of(";Password=", "; Password=", ";Pwd=", "; Pwd=", ";PWD=", ";pwd="),
                        Format.TOKEN,
                        PasswordFormats::connection),
                new Format(List.of("dbname="), Format.TOKEN, PasswordFormats::libpq),
                new Format(List.of("OS_PASSWORD="), Format.TOKEN, PasswordFormats::openStack));
    }

    /** RFC 3986, section 3.2.1: a user, a colon, a password, and {@code @}. */
    private static @Nullable Sighting url(Window window, int start, int end) {
        int user = window.end(end, USER, MOST);
        if (window.at(user) != ':') {
            return null;
        }
        int password = window.end(user + 1, PASSWORD, MOST);
        if (window.at(password) != '@'
                || window.end(password + 1, HOST, MOST) - password < 4
                || isExampleHost(window, password + 1)) {
            return null;
        }
        var scheme = window.text(start, end - 3);
        return Values.isPassword(window.text(user + 1, password))
                        && isName(window.text(end, user))
                        && password - user > 5
                ? Sighting.of(
                        window.offset(start),
                        SecretKind.PASSWORD,
                        "password in an address of %s".formatted(scheme))
                : null;
    }

    private static boolean isName(String user) {
        return user.isEmpty()
                || !user.contains("${") && !user.startsWith("%") && !user.contains("<");
    }

    /** RFC 2606 keeps these names for texts. */
    private static boolean isExampleHost(Window window, int at) {
        var host = window.text(at, window.end(at, HOST, MOST)).toLowerCase(Locale.ROOT);
        return host.contains("example") || host.startsWith("host") || host.contains("server.name");
    }

    /** The address of a database with a parameter {@code password}, or {@code user/password@}. */
    private static @Nullable Sighting jdbc(Window window, int start, int end) {
        int to = window.end(end, Chars.VALUE, LONGEST);
        var text = window.text(end, to);
        var parameter = PARAMETER.matcher(text);
        var oracle = ORACLE.matcher(text);
        boolean found =
                parameter.find() && Values.isPassword(parameter.group(1))
                        || oracle.find() && Values.isPassword(oracle.group(1));
        return found
                ? Sighting.of(
                        window.offset(start),
                        SecretKind.PASSWORD,
                        "password in an address of a database")
                : null;
    }

    /** Pairs of names and values between semicolons, as ODBC and ADO have them. */
    private static @Nullable Sighting connection(Window window, int start, int end) {
        int to = window.end(end, BETWEEN_SEMICOLONS, MOST);
        int line = start;
        while (line > window.low() && window.at(line - 1) != '\n') {
            line--;
        }
        var rest = window.text(to, window.end(to, Chars.PRINTABLE, LONGEST));
        boolean pairs =
                CONNECTION.matcher(window.text(line, start)).find()
                        || CONNECTION.matcher(rest).find();
        return pairs && Values.isPassword(window.text(end, to))
                ? Sighting.of(
                        window.offset(start),
                        SecretKind.PASSWORD,
                        "password in a connection string")
                : null;
    }

    /** Pairs between blanks, as PostgreSQL's library has them. */
    private static @Nullable Sighting libpq(Window window, int start, int end) {
        int line = start;
        while (line > window.low() && window.at(line - 1) != '\n') {
            line--;
        }
        var text = window.text(line, window.end(start, Chars.PRINTABLE, LONGEST));
        var password = LIBPQ.matcher(text);
        return text.contains("host=")
                        && text.contains("user=")
                        && password.find()
                        && Values.isPassword(password.group(1))
                ? Sighting.of(
                        window.offset(start),
                        SecretKind.PASSWORD,
                        "password in a connection string")
                : null;
    }

    private static @Nullable Sighting openStack(Window window, int start, int end) {
        int quote = window.at(end) == '"' || window.at(end) == '\'' ? 1 : 0;
        int to = window.end(end + quote, Chars.VALUE, MOST);
        return Values.isPassword(window.text(end + quote, to))
                ? Sighting.of(window.offset(start), SecretKind.PASSWORD, "OpenStack password")
                : null;
    }
}
