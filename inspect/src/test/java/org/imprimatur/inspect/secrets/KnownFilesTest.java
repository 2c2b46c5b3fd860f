package org.imprimatur.inspect.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are told by their path: one with a secret, and one as a package ships it. */
class KnownFilesTest {

    private record Example(String path, String name, String good, String bad) {}

    private static final String SECRET = "kR7wq2mZ";

    private static final List<Example> EXAMPLES =
            List.of(
                    new Example(
                            "/root/.netrc",
                            "netrc password",
                            "machine a login b password " + SECRET,
                            "machine a login anonymous password anonymous"),
                    new Example(
                            "/root/.pgpass",
                            "PostgreSQL password",
                            "db:5432:*:app:" + SECRET,
                            "#hostname:port:database:username:" + SECRET),
                    new Example(
                            "/etc/mysql/debian.cnf",
                            "MySQL password",
                            "[client]\npassword = " + SECRET,
                            "[client]\npassword =\n"),
                    new Example(
                            "/root/.docker/config.json",
                            "container registry password",
                            "{\"auths\": {\"a\": {\"auth\": \"%s\"}}}"
                                    .formatted(base64("me:" + SECRET)),
                            "{\"auths\": {\"a\": {}}, \"credsStore\": \"pass\"}"),
                    new Example(
                            "/root/.kube/config",
                            "Kubernetes token",
                            "users:\n- user:\n    token: " + SECRET,
                            "users:\n- user:\n    token: \"\"\n"),
                    new Example(
                            "/root/.config/rclone/rclone.conf",
                            "rclone secret",
                            "[a]\ntype = sftp\npass = " + SECRET,
                            "[a]\ntype = http\n"),
                    new Example(
                            "/root/.s3cfg",
                            "S3 secret key",
                            "secret_key = " + SECRET,
                            "secret_key = \n"),
                    new Example(
                            "/root/.subversion/auth/svn.simple/0a",
                            "Subversion password",
                            "K 8\npassword\nV 8\n" + SECRET,
                            "K 8\nusername\nV 2\nme\n"),
                    new Example(
                            "/etc/wpa_supplicant/wpa_supplicant.conf",
                            "Wi-Fi password",
                            "network={\n ssid=\"a\"\n psk=\"" + SECRET + "\"\n}",
                            "network={\n ssid=\"a\"\n # psk=\"" + SECRET + "\"\n key_mgmt=NONE\n}"),
                    new Example(
                            "/etc/NetworkManager/system-connections/a.nmconnection",
                            "network password",
                            "[wifi-security]\npsk=" + SECRET,
                            "[wifi-security]\npsk-flags=1\n"),
                    new Example(
                            "/etc/ppp/chap-secrets",
                            "PPP password",
                            "me * " + SECRET + " *",
                            "# client server secret addresses\n"),
                    new Example(
                            "/etc/postfix/sasl_passwd",
                            "mail password",
                            "[mail.example.org]:587 admin:" + SECRET,
                            "[mail.example.org]:587 somebody:password\n"),
                    new Example(
                            "/etc/ipsec.secrets",
                            "VPN password",
                            "a b : PSK \"" + SECRET + "\"",
                            ": RSA key.pem"),
                    new Example(
                            "/etc/NetworkManager/system-connections/vpn.nmconnection",
                            "network password",
                            "[vpn-secrets]\nIPSec secret=" + SECRET,
                            "[vpn]\nIPSec secret-flags=1\n"),
                    new Example(
                            "/etc/vpnc/site.conf",
                            "VPN password",
                            "IPSec gateway vpn.internal\nIPSec secret " + SECRET,
                            "IPSec gateway vpn.internal\n#IPSec secret " + SECRET),
                    new Example(
                            "/etc/swanctl/conf.d/a.conf",
                            "VPN password",
                            "secrets {\n ike-1 {\n  secret = \"" + SECRET + "\"\n }\n}",
                            "secrets {\n}"),
                    new Example(
                            "/etc/racoon/psk.txt",
                            "VPN password",
                            "192.0.2.1 " + SECRET,
                            "# 192.0.2.1 " + SECRET),
                    new Example(
                            "/etc/openvpn/client/site.conf",
                            "VPN password",
                            "client\n<auth-user-pass>\nme\n" + SECRET + "\n</auth-user-pass>",
                            "client\nauth-user-pass login.conf\n"),
                    new Example(
                            "/etc/openvpn/login.conf",
                            "VPN password",
                            "me\n" + SECRET + "\n",
                            "# the user\n# the password\n"),
                    new Example(
                            "/etc/network/interfaces",
                            "Wi-Fi password",
                            "iface wlan0 inet dhcp\n wpa-ssid a\n wpa-psk " + SECRET,
                            "iface wlan0 inet dhcp\n wpa-conf /etc/wpa.conf"),
                    new Example(
                            "/etc/sysconfig/network-scripts/keys-wlan0",
                            "Wi-Fi password",
                            "WPA_PSK='" + SECRET + "'",
                            "WPA_PSK=\n"),
                    new Example(
                            "/etc/hostapd/hostapd.conf",
                            "Wi-Fi password",
                            "wpa_passphrase=" + SECRET,
                            "#wpa_passphrase=" + SECRET),
                    new Example(
                            "/var/lib/connman/home.config",
                            "Wi-Fi password",
                            "[service_home]\nPassphrase = " + SECRET,
                            "[service_home]\nType = wifi\n"),
                    new Example(
                            "/root/.azure/msal_token_cache.json",
                            "Azure token",
                            "{\"RefreshToken\": {\"a\": {\"secret\": \"" + SECRET + "\"}}}",
                            "{\"RefreshToken\": {}}"),
                    new Example(
                            "/root/.aliyun/config.json",
                            "Alibaba Cloud key",
                            "{\"access_key_secret\":\"" + SECRET + "\"}",
                            "{\"access_key_secret\":\"\"}"),
                    new Example(
                            "/root/.config/hcloud/cli.toml",
                            "cloud secret key",
                            "[[contexts]]\n  token = \"" + SECRET + "\"",
                            "active_context = \"a\"\n"),
                    new Example(
                            "/var/lib/waagent/ovf-env.xml",
                            "Azure user's password",
                            "<ns1:UserPassword>" + SECRET + "</ns1:UserPassword>",
                            "<ns1:UserPassword>*REDACTED*</ns1:UserPassword>"),
                    new Example(
                            "/var/lib/rancher/k3s/server/token",
                            "Kubernetes token",
                            SECRET.repeat(4),
                            ""),
                    new Example(
                            "/root/.config/openstack/clouds.yaml",
                            "OpenStack password",
                            "clouds:\n a:\n  auth:\n   password: " + SECRET,
                            "clouds:\n a:\n  auth:\n   password: <password>\n"),
                    new Example(
                            "/root/.pypirc",
                            "package index password",
                            "[pypi]\npassword = " + SECRET,
                            "[pypi]\nusername = a\n"),
                    new Example(
                            "/root/.npmrc",
                            "npm token",
                            "//r.internal/:_authToken=" + SECRET,
                            "//r.internal/:_authToken=${NPM_TOKEN}"),
                    new Example(
                            "/root/.m2/settings.xml",
                            "Maven password",
                            "<password>" + SECRET + "</password>",
                            "<password>${env.PASSWORD}</password>"),
                    new Example("/root/.vault-token", "Vault token", SECRET.repeat(4), "\n"),
                    new Example(
                            "/root/.vault_pass",
                            "password",
                            "tiny-4",
                            "see the handbook, page 4\n"),
                    new Example("/etc/munge/munge.key", "MUNGE key", SECRET.repeat(16), ""),
                    new Example(
                            "/etc/ceph/ceph.client.admin.keyring",
                            "Ceph key",
                            "[client.admin]\nkey = " + base64(SECRET.repeat(4)),
                            "[client.admin]\ncaps mon = \"allow\"\n"),
                    new Example(
                            "/etc/bind/rndc.key",
                            "key of the name server",
                            "key \"a\" { secret \""
                                    + base64("h7Kp02Lq9zXcVb5nM3wE8rT1yU6iO4aS")
                                    + "\"; };",
                            "key \"a\" { secret \"\"; };"),
                    new Example(
                            "/var/lib/cloud/instances/i/user-data.txt",
                            "password in user data",
                            "#cloud-config\npassword: " + SECRET,
                            "#cloud-config\nssh_pwauth: false\n"),
                    new Example(
                            "/srv/app/.env",
                            "password in an environment file",
                            "DB_PASSWORD=" + SECRET,
                            "DB_PASSWORD=\nDB_PASSWORD_FILE=/run/secrets/a"),
                    new Example(
                            "/etc/krb5.keytab",
                            "Kerberos keytab",
                            "\5\2\0\0\0\60\0\2\0\7EXA.ORG\0\4host\0\1a" + "\0".repeat(60),
                            "\5\2\0\0\0\60\0\2\0\7\1\2\3\4\5\6\7\0\4host" + "\0".repeat(60)),
                    new Example(
                            "/tmp/krb5cc_0",
                            "Kerberos ticket",
                            "\5\4\0\0\0\0\0\1\0\0\0\1\0\0\0\7EXA.ORG\0\0\0\1a",
                            "\5\4\0\0\0\0\0\1\0\0\0\1\0\0\0\7\1\2\3\4\5\6\7\0\0\0\1a"));

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static List<Sighting> in(String path, String text) {
        var content = text.getBytes(StandardCharsets.ISO_8859_1);
        var search = new SecretSearch();
        search.begin(path);
        int half = content.length / 2;
        search.accept(0, content, 0, half);
        search.accept(half, content, half, content.length - half);
        return search.finish();
    }

    @TestFactory
    Stream<DynamicTest> theGoodExampleIsSeenAndTheOtherIsNot() {
        return EXAMPLES.stream()
                .map(
                        each ->
                                DynamicTest.dynamicTest(
                                        each.path,
                                        () -> {
                                            assertThat(in(each.path, each.good))
                                                    .extracting(Sighting::name)
                                                    .containsExactly(each.name);
                                            assertThat(in(each.path, each.good).toString())
                                                    .doesNotContain(SECRET);
                                            assertThat(in(each.path, each.bad)).isEmpty();
                                        }));
    }

    @Test
    void theSameTextUnderAnotherNameIsNothing() {
        for (var each : EXAMPLES) {
            if (!each.name.startsWith("Kerberos")) {
                assertThat(in("/usr/share/doc/a.txt", each.good)).as(each.path).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "client\n<auth-user-pass>\nme\n%s\n</auth-user-pass>\n",
                "client\r\n<auth-user-pass>\r\nme\r\n%s\r\n</auth-user-pass>\r\n",
                "# caf\u00c3\u00a9 \u00a0\u0085\n <auth-user-pass>\n\t me\n\t %s\n </auth-user-pass>\n",
                "# <auth-user-pass>\n<auth-user-pass>\nme\n%s\n</auth-user-pass>\n",
                "<auth-user-pass>\nme\n</auth-user-pass>\n<auth-user-pass>\nme\n%s\n</auth-user-pass>",
                "<auth-user-pass>\n<auth-user-pass>\nme\n%s\n</auth-user-pass>\n</auth-user-pass>"
            })
    void aPasswordOfOpenVpnIsSeenWhereItStands(String text) {
        assertThat(in("/etc/openvpn/client/site.conf", text.formatted(SECRET)))
                .extracting(Sighting::offset)
                .containsExactly((long) text.indexOf("%s"));
    }

    @Test
    void eachPasswordOfOpenVpnIsSeen() {
        var block = "<auth-user-pass>\nme\n" + SECRET + "\n</auth-user-pass>\n";

        assertThat(in("/home/a/site.ovpn", block.repeat(3)))
                .extracting(Sighting::offset)
                .containsExactly(20L, 20L + block.length(), 20L + 2 * block.length());
    }

    @Test
    void aFileThatIsTooLargeIsLookedAtFromItsBeginning() {
        var text = "DB_PASSWORD=" + SECRET + "\n" + "#\n".repeat(1 << 20);

        assertThat(in("/srv/.env", text)).hasSize(1);
    }

    @Test
    void aKeyInBase64OfItsArmourIsSeen() {
        var key = Examples.ALL.getFirst().good();

        assertThat(in("/etc/a.yaml", "client-key-data: " + base64(key)))
                .extracting(Sighting::kind)
                .containsExactly(SecretKind.PRIVATE_KEY);
    }
}
