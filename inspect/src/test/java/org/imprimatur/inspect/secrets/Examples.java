package org.imprimatur.inspect.secrets;

import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;

/**
 * For each kind of secret one that must be seen, and one that looks alike and must not. All are
 * made here from a fixed seed and open no door.
 */
public record Examples(String name, String good, String bad) {

    private static final String ALNUM =
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final String HEX = "0123456789abcdef";
    private static final Random RANDOM = new Random(42);

    public static final List<Examples> ALL = all();

    static String random(String alphabet, int length) {
        while (true) {
            var text = new StringBuilder();
            for (int i = 0; i < length; i++) {
                text.append(alphabet.charAt(RANDOM.nextInt(alphabet.length())));
            }
            if (length < 20 || Randomness.isLikely(text.toString())) {
                return text.toString();
            }
        }
    }

    static String alnum(int length) {
        return random(ALNUM, length);
    }

    static String pem(String label, byte[] content) {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(
                        label,
                        Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content),
                        label);
    }

    private static byte[] ecKey() {
        try {
            return KeyPairGenerator.getInstance("EC").generateKeyPair().getPrivate().getEncoded();
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String jwt(String claims) {
        var url = Base64.getUrlEncoder().withoutPadding();
        return url.encodeToString(bytes("{\"alg\":\"RS256\",\"typ\":\"JWT\"}"))
                + "."
                + url.encodeToString(bytes(claims))
                + "."
                + alnum(86);
    }

    private static String checked() {
        var body = alnum(30);
        return body + TokenFormats.checksum(body);
    }

    private static byte[] curveKey() {
        var key = new byte[32];
        RANDOM.nextBytes(key);
        key[0] &= (byte) 0xf8;
        key[31] = (byte) (key[31] & 0x7f | 0x40);
        return key;
    }

    private static String bech32() {
        var charset = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";
        var data = random(charset, 52);
        // The checksum is found by trying: it is linear, so that six characters suffice.
        for (int i = 0; i < 6; i++) {
            data += "Q";
        }
        int sum = KeyFormats.checksum("age-secret-key-", data) ^ 1;
        var text = new StringBuilder(data.substring(0, 52));
        for (int i = 0; i < 6; i++) {
            text.append(charset.charAt(sum >> 5 * (5 - i) & 31));
        }
        return text.toString();
    }

    private static String putty(String blobType) {
        var type = bytes("ssh-ed25519");
        var blob = new byte[51];
        blob[3] = (byte) type.length;
        System.arraycopy(type, 0, blob, 4, type.length);
        blob[18] = 32;
        return "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: a\nPublic-Lines: 1\n"
                + (blobType.isEmpty() ? Base64.getEncoder().encodeToString(blob) : blobType)
                + "\nPrivate-Lines: 1\nAAAAIA==\nPrivate-MAC: 00\n";
    }

    private static List<Examples> all() {
        var all = new ArrayList<Examples>();
        var key = ecKey();
        all.add(
                new Examples(
                        "PKCS #8 EC, not encrypted",
                        pem("PRIVATE KEY", key),
                        pem("PUBLIC KEY", key)));
        all.add(
                new Examples(
                        "OpenVPN static 2048 bits, not encrypted",
                        "-----BEGIN OpenVPN Static key V1-----\n"
                                + (random(HEX, 32) + "\n").repeat(16)
                                + "-----END OpenVPN Static key V1-----",
                        "-----BEGIN OpenVPN Static key V1-----\n...\n-----END"));
        all.add(new Examples("PuTTY ssh-ed25519", putty(""), putty("here comes the key")));
        var age = bech32();
        all.add(
                new Examples(
                        "age X25519",
                        "AGE-SECRET-KEY-1" + age,
                        "AGE-SECRET-KEY-1" + age.replace(age.charAt(3), age.charAt(9))));
        var curve = curveKey();
        var other = curve.clone();
        other[0] |= 1;
        all.add(
                new Examples(
                        "WireGuard",
                        "PrivateKey = " + Base64.getEncoder().encodeToString(curve),
                        "PrivateKey = " + Base64.getEncoder().encodeToString(other)));
        all.add(
                new Examples(
                        "GnuPG, not encrypted",
                        "(11:private-key(3:rsa(1:n3:abc)))",
                        "(private-key(rsa(n%m)))"));
        all.add(
                new Examples(
                        "GnuPG, encrypted",
                        "(21:protected-private-key(3:rsa(1:n3:abc)))",
                        "(20:shadowed-private-key(3:rsa(1:n3:abc)))"));
        all.add(
                new Examples(
                        "GnuPG, not encrypted",
                        "Key: (private-key (rsa (n #" + random(HEX, 64) + "#)))",
                        "Key: (private-key (rsa (n %m)))"));
        all.add(
                new Examples(
                        "Ansible vault",
                        "$ANSIBLE_VAULT;1.1;AES256\n" + random(HEX, 80) + "\n",
                        "$ANSIBLE_VAULT;1.1;AES256\nlike this\n"));
        for (var start : List.of("ghp_", "gho_", "ghu_", "ghs_", "ghr_")) {
            all.add(new Examples("GitHub token", start + checked(), start + alnum(36)));
        }
        all.add(new Examples("npm token", "npm_" + checked(), "npm_" + alnum(36)));
        token(all, "GitHub token", "github_pat_", ALNUM, 82);
        token(all, "GitLab token", "glpat-", ALNUM, 20);
        token(all, "GitLab token", "glrt-", ALNUM, 20);
        all.add(
                new Examples(
                        "Slack token",
                        "xoxb-%s-%s-%s".formatted("820571649305", "917360482513", alnum(24)),
                        "xoxb-your-token-goes-here-xxxxxxxxxxxxxxxxxxxxxxxxx"));
        all.add(
                new Examples(
                        "Slack web hook",
                        "https://hooks.slack.com/services/T%s/B%s/%s"
                                .formatted(alnum(8), alnum(8), alnum(24)),
                        "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"));
        token(all, "Stripe key", "sk_live_", ALNUM, 24);
        token(all, "PyPI token", "pypi-AgEIcHlwaS5vcmc", ALNUM, 120);
        token(all, "RubyGems key", "rubygems_", HEX, 48);
        token(all, "Docker Hub token", "dckr_pat_", ALNUM, 27);
        token(all, "Hugging Face token", "hf_", ALNUM, 34);
        token(all, "Vault token", "hvs.", ALNUM, 90);
        all.add(
                new Examples(
                        "Terraform token",
                        alnum(14) + ".atlasv1." + alnum(67),
                        "token.atlasv1." + alnum(67)));
        token(all, "DigitalOcean token", "dop_v1_", HEX, 64);
        token(all, "Google API key", "AIza", ALNUM, 35);
        token(all, "Google OAuth secret", "GOCSPX-", ALNUM, 28);
        token(all, "Google OAuth token", "ya29.", ALNUM, 120);
        token(all, "Databricks token", "dapi", HEX, 32);
        token(all, "Grafana token", "glc_", ALNUM, 80);
        token(all, "Shopify token", "shpat_", HEX, 32);
        token(all, "Anthropic key", "sk-ant-", ALNUM, 95);
        all.add(
                new Examples(
                        "OpenAI key",
                        "sk-" + alnum(20) + "T3BlbkFJ" + alnum(20),
                        "sk-T3BlbkFJ" + alnum(20)));
        var awsId = "AKIA" + random("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16);
        var awsSecret = "aB3" + alnum(37);
        all.add(
                new Examples(
                        "AWS access key",
                        awsId + "\n" + awsSecret,
                        awsId + "\nwJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"));
        all.add(
                new Examples(
                        "AWS secret key",
                        "aws_secret_access_key = " + awsSecret,
                        "aws_secret_access_key = "
                                + Base64.getEncoder()
                                        .encodeToString(bytes("no secret, but text"))));
        all.add(
                new Examples(
                        "OpenStack application credential",
                        "application_credential_secret: \"" + alnum(40) + "\"",
                        "application_credential_secret: \"${SECRET_OF_THE_CREDENTIAL}\""));
        all.add(
                new Examples(
                        "OAuth refresh token",
                        "\"refresh_token\": \"" + alnum(60) + "\"",
                        "\"refresh_token\": self.refresh_token_of_the_current_user"));
        all.add(
                new Examples(
                        "Azure storage key",
                        "AccountName=a;AccountKey=" + alnum(86) + "==;",
                        "AccountName=a;AccountKey=<the key>;"));
        all.add(
                new Examples(
                        "Azure shared key",
                        "SharedAccessKey=" + alnum(43) + "=",
                        "SharedAccessKey=" + "A".repeat(43) + "="));
        all.add(
                new Examples(
                        "Google service account key",
                        "{\"private_key_id\": \"1\", \"private_key\": \"-----BEGIN PRIVATE KEY-----\\nMII\","
                                + " \"client_email\": \"a@b.iam.gserviceaccount.com\"}",
                        "{\"private_key_id\": \"1\", \"private_key\": \"...\", \"client_email\": \"\"}"));
        all.add(
                new Examples(
                        "JSON web token",
                        jwt("{\"sub\":\"a\",\"iss\":\"b\"}"),
                        jwt("{\"sub\":\"1234567890\",\"name\":\"John Doe\"}")));
        all.add(
                new Examples(
                        "grid access token",
                        jwt("{\"wlcg.ver\":\"1.0\",\"iss\":\"b\"}"),
                        jwt("no claims")));
        token(all, "Atlassian token", "ATATT3xFf", ALNUM, 180);
        token(all, "Artifactory key", "AKCp", ALNUM, 69);
        token(all, "Artifactory token", "cmVmdGtuOj", ALNUM, 54);
        token(all, "New Relic key", "NRAK-", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 27);
        token(all, "Sentry token", "sntryu_", HEX, 64);
        token(all, "Heroku key", "HRKU-AA", ALNUM, 58);
        token(all, "PlanetScale token", "pscale_tkn_", ALNUM, 43);
        token(all, "Doppler token", "dp.pt.", ALNUM, 43);
        token(all, "Netlify token", "nfp_", ALNUM, 36);
        token(all, "Supabase token", "sbp_", HEX, 40);
        all.add(
                new Examples(
                        "SendGrid key",
                        "SENDGRID_API_KEY=SG." + alnum(22) + "." + alnum(43),
                        "SENDGRID_API_KEY=SG." + alnum(22) + "." + alnum(20)));
        all.add(
                new Examples(
                        "OAuth client secret",
                        "AZURE_CLIENT_SECRET=" + alnum(3) + "8Q~" + alnum(34),
                        "AZURE_CLIENT_SECRET=${THE_SECRET_OF_THE_CLIENT_IN_USE}"));
        all.add(
                new Examples(
                        "cloud key",
                        "export HCLOUD_TOKEN=" + alnum(64),
                        "export HCLOUD_TOKEN=$(cat /run/secrets/hcloud_token_for_us)"));
        var alibaba = "LTAI5t" + alnum(18);
        all.add(
                new Examples(
                        "Alibaba Cloud key",
                        alibaba + "\nsecret: " + alnum(30),
                        alibaba + "\nsecret: taken from the environment of it"));
        all.add(
                new Examples(
                        "password in an address of a database",
                        "url=jdbc:mysql://db.internal/app?user=app&password=" + alnum(12) + "&a=b",
                        "url=jdbc:mysql://db.internal/app?user=app&password=${PASSWORD}"));
        all.add(
                new Examples(
                        "password in an address of a database",
                        "jdbc:oracle:thin:app/" + alnum(12) + "@//db.internal:1521/app",
                        "jdbc:oracle:thin:@//db.internal:1521/app"));
        all.add(
                new Examples(
                        "password in a connection string",
                        "\"Server=db.internal;Database=app;User Id=app;Password="
                                + alnum(12)
                                + ";\"",
                        "\"Server=db.internal;Database=app;User Id=app;Password=%s;\""));
        all.add(
                new Examples(
                        "password in a connection string",
                        "DRIVER={PostgreSQL};SERVER=db;UID=app;PWD=" + alnum(12),
                        "cd /;PWD=" + alnum(12)));
        all.add(
                new Examples(
                        "password in a connection string",
                        "dsn = host=db dbname=app user=app password=" + alnum(12),
                        "dsn = host=db dbname=app user=app password=$PASSWORD"));
        all.add(
                new Examples(
                        "password in an address of postgres",
                        "postgres://app:" + alnum(12) + "@db.internal/app",
                        "postgres://user:password@localhost/db"));
        all.add(
                new Examples(
                        "password in an address of https",
                        "https://ci:" + alnum(12) + "@git.internal/a.git",
                        "https://${USER}:${PASSWORD}@git.internal:8080/a@b"));
        all.add(
                new Examples(
                        "OpenStack password",
                        "export OS_PASSWORD='" + alnum(12) + "'",
                        "export OS_PASSWORD=$OS_PASSWORD_INPUT"));
        return List.copyOf(all);
    }

    private static void token(
            List<Examples> all, String name, String start, String alphabet, int length) {
        all.add(
                new Examples(
                        name,
                        start + random(alphabet, length),
                        start + alphabet.substring(0, 10).repeat(10).substring(0, length % 90)));
    }
}
