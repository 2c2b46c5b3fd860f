package org.imprimatur.inspect.secrets;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Files of which the path says that they hold passwords or tokens, with how to read each. */
final class KnownFiles {

    private static final int MOST = 64;

    /** Names that people give to the file of OpenVPN's auth-user-pass. */
    private static final Set<String> OPENVPN_LOGINS =
            Set.of(
                    "auth",
                    "auth.txt",
                    "auth.conf",
                    "credentials",
                    "credentials.txt",
                    "login",
                    "login.conf",
                    "login.txt",
                    "pass",
                    "pass.txt",
                    "passwd",
                    "password.txt",
                    "up.txt",
                    "userpass",
                    "userpass.txt");

    /**
     * One kind of file.
     *
     * @param path tells it by its path
     * @param read finds the secrets in its text, one character for each byte
     */
    private record Kind(Path path, Function<String, List<Sighting>> read) {}

    /** Takes a path and the name at its end. */
    private interface Path extends BiPredicate<String, String> {}

    /** A line of text without blanks around it, and where it begins. */
    private record Line(long offset, String text) {}

    private static final List<Kind> KINDS =
            List.of(
                    new Kind(named(".netrc", "_netrc"), KnownFiles::netrc),
                    new Kind(
                            named(".pgpass", "pgpass.conf"),
                            columns("PostgreSQL password", ":", 5, 4)),
                    new Kind(
                            named(".my.cnf", "debian.cnf", ".mysql.cnf"),
                            settings("MySQL password", "password")),
                    new Kind(
                            (path, name) ->
                                    path.endsWith("/.docker/config.json")
                                            || path.endsWith("/containers/auth.json")
                                            || name.equals(".dockercfg")
                                            || name.equals(".dockerconfigjson"),
                            KnownFiles::registries),
                    new Kind(
                            (path, _) ->
                                    path.endsWith("/.kube/config")
                                            || path.endsWith("kubeconfig")
                                            || path.endsWith("/k3s.yaml")
                                            || below(path, "/kubernetes/")
                                                    && path.endsWith(".conf"),
                            settings("Kubernetes token", "token", "password")),
                    new Kind(
                            (path, _) ->
                                    path.endsWith(".aws/credentials") || path.endsWith("/.boto"),
                            settings(
                                    "cloud secret key",
                                    "aws_secret_access_key",
                                    "aws_session_token",
                                    "gs_secret_access_key")),
                    new Kind(
                            named("rclone.conf", ".rclone.conf"),
                            settings(
                                    "rclone secret",
                                    "pass",
                                    "password",
                                    "token",
                                    "client_secret",
                                    "secret_access_key",
                                    "account_key",
                                    "key")),
                    new Kind(named(".s3cfg"), settings("S3 secret key", "secret_key")),
                    new Kind(
                            (path, _) -> below(path, "/.azure/") && path.endsWith(".json"),
                            members(
                                    "Azure token",
                                    "secret",
                                    "client_secret",
                                    "refreshToken",
                                    "accessToken")),
                    new Kind(
                            (path, _) -> path.endsWith("/.aliyun/config.json"),
                            members("Alibaba Cloud key", "access_key_secret", "sts_token")),
                    new Kind(
                            (path, _) ->
                                    path.endsWith("/.bluemix/config.json")
                                            || path.endsWith("/.ibmcloud/config.json"),
                            members("IBM Cloud token", "IAMToken", "IAMRefreshToken")),
                    new Kind(
                            (path, _) -> below(path, "/.cloudflared/") && path.endsWith(".json"),
                            members("Cloudflare tunnel", "TunnelSecret")),
                    new Kind(
                            (path, name) ->
                                    path.endsWith("/hcloud/cli.toml")
                                            || path.endsWith("/scw/config.yaml")
                                            || path.endsWith("/exoscale/exoscale.toml")
                                            || name.equals("linode-cli")
                                            || name.equals(".ovh.conf")
                                            || name.equals("ovh.conf"),
                            settings(
                                    "cloud secret key",
                                    "token",
                                    "secret",
                                    "secret_key",
                                    "application_secret",
                                    "consumer_key")),
                    new Kind(
                            (path, _) -> path.endsWith("/waagent/ovf-env.xml"),
                            elements("Azure user's password", "UserPassword")),
                    new Kind(
                            (path, _) ->
                                    path.endsWith("/k3s/server/token")
                                            || path.endsWith("/rke2/server/token")
                                            || path.endsWith("/rancher/node/password"),
                            whole("Kubernetes token", 16)),
                    new Kind((path, _) -> below(path, "/auth/svn.simple/"), KnownFiles::subversion),
                    new Kind(
                            (path, name) ->
                                    name.startsWith("wpa_supplicant") && path.endsWith(".conf"),
                            settings(
                                    "Wi-Fi password",
                                    "psk",
                                    "password",
                                    "wep_key0",
                                    "private_key_passwd",
                                    "sae_password")),
                    new Kind(
                            (path, _) -> below(path, "/NetworkManager/system-connections/"),
                            settings(
                                    "network password",
                                    "psk",
                                    "password",
                                    "wep-key0",
                                    "leap-password",
                                    "private-key-password",
                                    "preshared-key",
                                    "Xauth password",
                                    "IPSec secret")),
                    new Kind(
                            (path, _) -> below(path, "/netplan/") && path.endsWith(".yaml"),
                            settings("Wi-Fi password", "password", "psk")),
                    new Kind(
                            (path, _) -> below(path, "/lib/iwd/"),
                            settings("Wi-Fi password", "PreSharedKey", "Passphrase")),
                    new Kind(
                            named("chap-secrets", "pap-secrets"),
                            columns("PPP password", "[ \t]+", 3, 2)),
                    new Kind(named("l2tp-secrets"), columns("PPP password", "[ \t]+", 3, 2)),
                    new Kind(named("ipsec.secrets"), KnownFiles::ipsec),
                    new Kind(
                            (path, _) -> below(path, "/swanctl/") && path.endsWith(".conf"),
                            settings("VPN password", "secret")),
                    new Kind(
                            (path, _) -> path.endsWith("/racoon/psk.txt"),
                            columns("VPN password", "[ \t]+", 2, 1)),
                    new Kind(
                            (path, _) -> below(path, "/vpnc/") && path.endsWith(".conf"),
                            words("VPN password", "secret", "password")),
                    new Kind(
                            (path, name) ->
                                    below(path, "/openvpn/") && name.endsWith(".conf")
                                            || name.endsWith(".ovpn"),
                            KnownFiles::openVpnInline),
                    new Kind(
                            (path, name) ->
                                    below(path, "/openvpn/") && OPENVPN_LOGINS.contains(name),
                            text -> openVpnLogin(lines(text))),
                    new Kind(
                            (path, _) ->
                                    path.endsWith("/network/interfaces")
                                            || below(path, "/network/interfaces.d/"),
                            words(
                                    "Wi-Fi password",
                                    "wpa-psk",
                                    "wpa-password",
                                    "wpa-private-key-passwd",
                                    "wireless-key")),
                    new Kind(
                            (path, name) ->
                                    name.startsWith("keys-") && below(path, "/network-scripts/")
                                            || name.startsWith("ifcfg-"),
                            settings(
                                    "Wi-Fi password",
                                    "WPA_PSK",
                                    "KEY",
                                    "KEY1",
                                    "IEEE_8021X_PASSWORD",
                                    "WIRELESS_WPA_PSK",
                                    "WIRELESS_WPA_PASSWORD",
                                    "WIRELESS_KEY_0")),
                    new Kind(
                            (_, name) -> name.startsWith("hostapd") && name.endsWith(".conf"),
                            settings("Wi-Fi password", "wpa_passphrase", "wpa_psk", "wep_key0")),
                    new Kind(
                            (path, _) -> below(path, "/lib/connman/"),
                            settings("Wi-Fi password", "Passphrase")),
                    new Kind(
                            (path, _) -> path.endsWith("/davfs2/secrets"),
                            columns("WebDAV password", "[ \t]+", 3, 2)),
                    new Kind(
                            named("sasl_passwd"),
                            // A server, which may have a port, and the user before the password.
                            columns("mail password", "(?<![ \t])[ \t]++[^ \t:]*+:", 2, 1)),
                    new Kind(
                            named("clouds.yaml", "clouds.yml", "secure.yaml", "clouds-public.yaml"),
                            settings("OpenStack password", "password", "token", "secret")),
                    new Kind(
                            (_, name) -> name.endsWith("openrc.sh") || name.endsWith("openrc"),
                            settings("OpenStack password", "OS_PASSWORD", "OS_TOKEN")),
                    new Kind(named(".pypirc"), settings("package index password", "password")),
                    new Kind(
                            named(".npmrc", ".yarnrc.yml"),
                            settings(
                                    "npm token",
                                    "_auth",
                                    "_authToken",
                                    "_password",
                                    "npmAuthToken")),
                    new Kind(
                            (path, _) ->
                                    path.endsWith("/.cargo/credentials")
                                            || path.endsWith("/.cargo/credentials.toml"),
                            settings("crates token", "token")),
                    new Kind(
                            (path, _) -> path.endsWith("/.m2/settings.xml"),
                            elements("Maven password", "password")),
                    new Kind(
                            (path, _) ->
                                    path.endsWith("/.terraform.d/credentials.tfrc.json")
                                            || path.endsWith("/.terraformrc"),
                            settings("Terraform token", "token")),
                    new Kind(named(".vault-token"), whole("Vault token", 20)),
                    new Kind(named(".erlang.cookie"), whole("Erlang cookie", 8)),
                    new Kind(
                            (path, _) -> path.endsWith("/munge/munge.key"), whole("MUNGE key", 32)),
                    new Kind(
                            (path, _) ->
                                    path.endsWith("/corosync/authkey")
                                            || path.endsWith("/pacemaker/authkey"),
                            whole("cluster key", 16)),
                    new Kind(
                            (path, name) ->
                                    below(path, "/condor/passwords.d/")
                                            || below(path, "/condor/tokens.d/")
                                            || name.equals("pool_password"),
                            whole("HTCondor secret", 8)),
                    new Kind(
                            (path, _) -> below(path, "/ceph/") && path.endsWith(".keyring"),
                            settings("Ceph key", "key")),
                    new Kind(named("rndc.key"), KnownFiles::rndc),
                    new Kind(
                            (_, name) ->
                                    name.equals(".smbcredentials")
                                            || name.equals(".credentials")
                                            || name.startsWith("cifs")
                                            || name.startsWith(".cifs"),
                            settings("SMB password", "password", "pass")),
                    new Kind(
                            named("iscsid.conf"),
                            settings(
                                    "iSCSI password",
                                    "node.session.auth.password",
                                    "node.session.auth.password_in",
                                    "discovery.sendtargets.auth.password")),
                    new Kind(
                            named("ldap.secret", "libnss-ldap.secret", "pam_ldap.secret"),
                            whole("LDAP password", 3)),
                    new Kind(
                            named(
                                    ".password",
                                    ".vault-pass",
                                    ".vault_pass",
                                    ".vault_password",
                                    "passphrase",
                                    "password.txt",
                                    "vault_pass.txt"),
                            KnownFiles::onlyWord),
                    new Kind(
                            named(".msmtprc", "msmtprc", ".fetchmailrc", ".mbsyncrc"),
                            words("mail password", "password", "Pass")),
                    new Kind(
                            (path, _) -> below(path, "/.oidc-agent/") && !path.endsWith(".config"),
                            KnownFiles::oidcAgent),
                    new Kind(
                            (path, name) ->
                                    below(path, "/lib/cloud/")
                                            && Set.of(
                                                            "user-data.txt",
                                                            "user-data",
                                                            "cloud-config.txt",
                                                            "vendor-data.txt")
                                                    .contains(name),
                            settings("password in user data", "password", "passwd", "token")),
                    new Kind(
                            (_, name) -> name.equals(".env") || name.startsWith(".env."),
                            KnownFiles::environment));

    private KnownFiles() {}

    static boolean isKnown(String path) {
        var name = name(path);
        for (var kind : KINDS) {
            if (kind.path.test(path, name)) {
                return true;
            }
        }
        return false;
    }

    /** The secrets in a file with this path. */
    static List<Sighting> in(String path, byte[] content) {
        var seen = new ArrayList<Sighting>();
        var name = name(path);
        String text = null;
        for (var kind : KINDS) {
            if (kind.path.test(path, name)) {
                text = text == null ? new String(content, StandardCharsets.ISO_8859_1) : text;
                seen.addAll(kind.read.apply(text));
            }
        }
        return seen;
    }

    private static Path named(String... names) {
        var set = Set.of(names);
        return (_, name) -> set.contains(name);
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Whether the file is in a directory of this name, or below it. */
    private static boolean below(String path, String directory) {
        return path.contains(directory);
    }

    /** Lines without comments and blanks around them, that are not empty. */
    private static List<Line> lines(String text) {
        var lines = new ArrayList<Line>();
        int start = 0;
        while (start < text.length()) {
            int end = text.indexOf('\n', start);
            end = end < 0 ? text.length() : end;
            var line = text.substring(start, end).stripLeading();
            if (!line.isEmpty() && line.charAt(0) != '#' && line.charAt(0) != ';') {
                lines.add(new Line(end - line.length(), line.stripTrailing()));
            }
            start = end + 1;
        }
        return lines;
    }

    private static Sighting password(Line line, String name) {
        return Sighting.of(line.offset, SecretKind.PASSWORD, name);
    }

    /** Lines with one of these names, then {@code =} or {@code :}, then a value. */
    private static Function<String, List<Sighting>> settings(String what, String... names) {
        var known = List.of(names);
        return text -> {
            var seen = new ArrayList<Sighting>();
            for (var line : lines(text)) {
                int sign = sign(line.text);
                var key = sign > 0 ? line.text.substring(0, sign).strip() : "";
                if (sign > 0
                        && (known.contains(unquoted(lastWord(key))) || known.contains(key))
                        && Values.isPassword(value(line.text.substring(sign + 1)))
                        && seen.size() < MOST) {
                    seen.add(password(line, what));
                }
            }
            return seen;
        };
    }

    /** Where the first {@code =} stands, or else the first {@code :} before a blank or the end. */
    private static int sign(String line) {
        int equals = line.indexOf('=');
        int colon = line.indexOf(": ");
        return equals >= 0 && (colon < 0 || equals < colon) ? equals : colon;
    }

    /** {@code export}, {@code -}, or the address of a registry may stand before a name. */
    private static String lastWord(String text) {
        var word = text.strip();
        int cut = Math.max(word.lastIndexOf(' '), word.lastIndexOf('\t'));
        var last = word.substring(cut + 1);
        return last.contains("/:") ? last.substring(last.lastIndexOf(':') + 1) : last;
    }

    private static String value(String text) {
        var value = text.strip();
        int comment = value.indexOf(" #");
        value = comment >= 0 ? value.substring(0, comment).strip() : value;
        value = value.endsWith(",") ? value.substring(0, value.length() - 1) : value;
        return unquoted(value).replace(' ', '_');
    }

    private static String unquoted(String text) {
        int end = text.length() - 1;
        boolean quoted =
                end > 0
                        && (text.charAt(0) == '"' || text.charAt(0) == '\'')
                        && text.charAt(end) == text.charAt(0);
        return quoted ? text.substring(1, end) : text;
    }

    /** Lines with so many columns or more, one of which is a password. */
    private static Function<String, List<Sighting>> columns(
            String what, String separator, int count, int column) {
        return text -> {
            var seen = new ArrayList<Sighting>();
            for (var line : lines(text)) {
                var parts = line.text.split(separator, count + 2);
                if (parts.length >= count
                        && Values.isPassword(unquoted(parts[column]))
                        && seen.size() < MOST) {
                    seen.add(password(line, what));
                }
            }
            return seen;
        };
    }

    /** Lines in which a password follows one of these words. */
    private static Function<String, List<Sighting>> words(String what, String... names) {
        var known = List.of(names);
        return text -> {
            var seen = new ArrayList<Sighting>();
            for (var line : lines(text)) {
                var parts = line.text.split("[ \t]+");
                for (int i = 0; i + 1 < parts.length && seen.size() < MOST; i++) {
                    if (known.contains(parts[i]) && Values.isPassword(unquoted(parts[i + 1]))) {
                        seen.add(password(line, what));
                    }
                }
            }
            return seen;
        };
    }

    /** The file is the secret, if it is not empty. */
    private static Function<String, List<Sighting>> whole(String what, int least) {
        return text ->
                text.strip().length() >= least && !Randomness.isExample(text)
                        ? List.of(Sighting.of(0, SecretKind.TOKEN, what))
                        : List.of();
    }

    /** A file that holds one word and nothing else. */
    private static List<Sighting> onlyWord(String text) {
        return Values.isPassword(text.strip())
                ? List.of(Sighting.of(0, SecretKind.PASSWORD, "password"))
                : List.of();
    }

    /** ftp(1): words, of which the one after {@code password} is it. */
    private static List<Sighting> netrc(String text) {
        return words("netrc password", "password", "passwd").apply(text);
    }

    /** {@code "auth"} is a user, a colon and a password in base 64; tokens stand in the open. */
    private static List<Sighting> registries(String text) {
        var seen = new ArrayList<Sighting>();
        for (var name : List.of("\"auth\"", "\"identitytoken\"", "\"registrytoken\"")) {
            int at = text.indexOf(name);
            for (; at >= 0 && seen.size() < MOST; at = text.indexOf(name, at + 1)) {
                int open = text.indexOf('"', at + name.length());
                int close = open < 0 ? -1 : text.indexOf('"', open + 1);
                if (close > open + 8 && isRegistrySecret(name, text.substring(open + 1, close))) {
                    seen.add(Sighting.of(at, SecretKind.PASSWORD, "container registry password"));
                }
            }
        }
        return seen;
    }

    private static boolean isRegistrySecret(String name, String value) {
        if (!name.equals("\"auth\"")) {
            return Values.isPassword(value) || value.length() > 256;
        }
        try {
            var pair = new String(Base64.getDecoder().decode(value), StandardCharsets.ISO_8859_1);
            int colon = pair.indexOf(':');
            return colon > 0
                    && (Values.isPassword(pair.substring(colon + 1)) || pair.length() > 256);
        } catch (IllegalArgumentException _) {
            return false; // a text that stands for one
        }
    }

    /** Names and values in turns, each after its length. */
    private static List<Sighting> subversion(String text) {
        int at = text.indexOf("\npassword\nV ");
        return at >= 0
                ? List.of(Sighting.of(at + 1, SecretKind.PASSWORD, "Subversion password"))
                : List.of();
    }

    /** ipsec.secrets(5): whom it is for, a colon, the kind, and the secret in quotes. */
    private static List<Sighting> ipsec(String text) {
        var seen = new ArrayList<Sighting>();
        for (var line : lines(text)) {
            for (var kind : List.of(": PSK ", ": XAUTH ", ": EAP ", ": NTLM ")) {
                int at = (" " + line.text).indexOf(kind);
                if (at >= 0
                        && Values.isPassword(value((" " + line.text).substring(at + kind.length())))
                        && seen.size() < MOST) {
                    seen.add(password(line, "VPN password"));
                }
            }
        }
        return seen;
    }

    /** Elements of XML with one of these names, that hold a text. */
    private static Function<String, List<Sighting>> elements(String what, String name) {
        return found(what, Pattern.compile("<(?:\\w+:)?" + name + ">([^<]{1,256})<"));
    }

    /** Members of JSON objects with one of these names, that hold a text. */
    private static Function<String, List<Sighting>> members(String what, String... names) {
        return found(
                what,
                Pattern.compile(
                        "\"(?:%s)\"\\s{0,8}:\\s{0,8}\"([^\"\\\\]{1,8192})\""
                                .formatted(String.join("|", names))));
    }

    /** What the pattern finds, if its first group is a password or a long token. */
    private static Function<String, List<Sighting>> found(String what, Pattern pattern) {
        return text -> {
            var seen = new ArrayList<Sighting>();
            var matcher = pattern.matcher(text);
            while (seen.size() < MOST && matcher.find()) {
                var value = matcher.group(1).strip();
                if (Values.isPassword(value) || value.length() > 256) {
                    seen.add(Sighting.of(matcher.start(), SecretKind.PASSWORD, what));
                }
            }
            return seen;
        };
    }

    /** A user and a password between two lines of their own, as often as there are such. */
    private static List<Sighting> openVpnInline(String text) {
        var seen = new ArrayList<Sighting>();
        var lines = lines(text);
        int begin = -1;
        for (int i = 0; i < lines.size() && seen.size() < MOST; i++) {
            var line = lines.get(i).text;
            if (line.startsWith("<auth-user-pass>")) {
                begin = i + 1;
            } else if (line.startsWith("</auth-user-pass>") && begin >= 0) {
                seen.addAll(openVpnLogin(lines.subList(begin, i)));
                begin = -1;
            }
        }
        return seen;
    }

    /** Two lines: a user and a password. */
    private static List<Sighting> openVpnLogin(List<Line> lines) {
        return lines.size() == 2 && Values.isPassword(lines.getLast().text)
                ? List.of(password(lines.getLast(), "VPN password"))
                : List.of();
    }

    /** rndc.conf(5). */
    private static List<Sighting> rndc(String text) {
        int at = text.indexOf("secret \"");
        int end = at < 0 ? -1 : text.indexOf('"', at + 8);
        return end > at + 8 && Randomness.isLikely(text.substring(at + 8, end))
                ? List.of(Sighting.of(at, SecretKind.TOKEN, "key of the name server"))
                : List.of();
    }

    private static List<Sighting> oidcAgent(String text) {
        return text.strip().length() > 100
                ? List.of(Sighting.of(0, SecretKind.ENCRYPTED, "account of oidc-agent"))
                : List.of();
    }

    /** Names that end in what a secret is called. */
    private static List<Sighting> environment(String text) {
        var seen = new ArrayList<Sighting>();
        for (var line : lines(text)) {
            int sign = line.text.indexOf('=');
            var name =
                    sign < 0 ? "" : line.text.substring(0, sign).strip().toUpperCase(Locale.ROOT);
            boolean secret =
                    name.endsWith("PASSWORD")
                            || name.endsWith("PASSWD")
                            || name.endsWith("SECRET")
                            || name.endsWith("SECRET_KEY")
                            || name.endsWith("API_KEY")
                            || name.endsWith("TOKEN");
            if (secret
                    && Values.isPassword(value(line.text.substring(sign + 1)))
                    && seen.size() < MOST) {
                seen.add(password(line, "password in an environment file"));
            }
        }
        return seen;
    }
}
