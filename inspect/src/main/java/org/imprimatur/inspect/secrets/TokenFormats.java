package org.imprimatur.inspect.secrets;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Predicate;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/** Tokens and keys of services, told by what their makers put in front of them. */
final class TokenFormats {

    private static final String BASE62 =
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int CHECKSUM = 6;
    private static final int LONGEST_JWT = 8 << 10;
    private static final int AWS_SECRET = 40;
    private static final int ALIBABA_SECRET = 30;

    private TokenFormats() {}

    static List<Format> all() {
        var all = new ArrayList<Format>();
        services(all);
        all.add(new Format(List.of("AKIA", "ASIA"), Format.TOKEN, TokenFormats::awsPair));
        all.add(
                new Format(
                        List.of(
                                "aws_secret_access_key",
                                "AWS_SECRET_ACCESS_KEY",
                                "aws_secret_key",
                                "SecretAccessKey",
                                "secretAccessKey"),
                        Format.TOKEN,
                        TokenFormats::awsSecret));
        all.add(
                new Format(
                        List.of(
                                "application_credential_secret",
                                "OS_APPLICATION_CREDENTIAL_SECRET"),
                        Format.TOKEN,
                        named("OpenStack application credential", 16)));
        all.add(
                new Format(
                        List.of("refresh_token", "REFRESH_TOKEN"),
                        Format.TOKEN,
                        named("OAuth refresh token", 24)));
        all.add(
                new Format(
                        List.of("CLIENT_SECRET", "clientSecret"),
                        Format.TOKEN,
                        named("OAuth client secret", 24)));
        all.add(new Format(List.of("SENDGRID_API_KEY"), Format.TOKEN, named("SendGrid key", 60)));
        all.add(
                new Format(
                        List.of(
                                "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
                                "ALICLOUD_SECRET_KEY",
                                "CF_API_TOKEN",
                                "CLOUDFLARE_API_KEY",
                                "CLOUDFLARE_API_TOKEN",
                                "DIGITALOCEAN_TOKEN",
                                "HCLOUD_TOKEN",
                                "IBMCLOUD_API_KEY",
                                "LINODE_TOKEN",
                                "OVH_APPLICATION_SECRET",
                                "OVH_CONSUMER_KEY",
                                "SCW_SECRET_KEY",
                                "TENCENTCLOUD_SECRET_KEY"),
                        Format.TOKEN,
                        named("cloud key", 28)));
        all.add(new Format(List.of("LTAI"), Format.TOKEN, TokenFormats::alibabaPair));
        all.add(new Format(List.of("AccountKey="), Format.TOKEN, azure("Azure storage key", 86)));
        all.add(
                new Format(
                        List.of("SharedAccessKey="), Format.TOKEN, azure("Azure shared key", 43)));
        all.add(new Format(List.of("\"private_key_id\""), 8 << 10, TokenFormats::serviceAccount));
        all.add(
                new Format(
                        List.of(
                                "eyJhbGciOi",
                                "eyJ0eXAiOi",
                                "eyJraWQiOi",
                                "eyJqa3UiOi",
                                "eyJ4NXQiOi",
                                "eyJjdHkiOi",
                                "ewogICJhbG",
                                "eyAiYWxnIj"),
                        LONGEST_JWT + 16,
                        TokenFormats::jwt));
        return all;
    }

    /** The services whose tokens are a fixed beginning and a row of random characters. */
    private static void services(List<Format> all) {
        for (var start : List.of("ghp_", "gho_", "ghu_", "ghs_", "ghr_")) {
            all.add(token("GitHub token", start, Chars.ALNUM, 36, 36, TokenFormats::isChecked));
        }
        all.add(token("GitHub token", "github_pat_", Chars.WORD, 82, 82));
        all.add(token("npm token", "npm_", Chars.ALNUM, 36, 36, TokenFormats::isChecked));
        for (var start :
                List.of(
                        "glpat-",
                        "gldt-",
                        "glrt-",
                        "glptt-",
                        "glft-",
                        "glimt-",
                        "glagent-",
                        "glsoat-",
                        "glcbt-",
                        "gloas-")) {
            all.add(token("GitLab token", start, Chars.DOTTED, 20, 300));
        }
        for (var start : List.of("xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxe-", "xapp-")) {
            all.add(token("Slack token", start, Chars.BASE64_URL, 40, 250));
        }
        all.add(
                token(
                        "Slack web hook",
                        "hooks.slack.com/services/",
                        Chars.of("0-9A-Za-z/"),
                        40,
                        60));
        all.add(token("Stripe key", "sk_live_", Chars.ALNUM, 24, 250));
        all.add(token("Stripe key", "rk_live_", Chars.ALNUM, 24, 250));
        all.add(token("PyPI token", "pypi-AgEIcHlwaS5vcmc", Chars.BASE64_URL, 50, 1_000));
        all.add(token("PyPI token", "pypi-AgENdGVzdC5weXBpLm9yZw", Chars.BASE64_URL, 50, 1_000));
        all.add(token("RubyGems key", "rubygems_", Chars.HEX, 48, 48));
        all.add(token("Docker Hub token", "dckr_pat_", Chars.BASE64_URL, 27, 36));
        all.add(token("Docker Hub token", "dckr_oat_", Chars.BASE64_URL, 27, 36));
        for (int i = 0; i < BASE62.length(); i++) {
            // three characters are too short a text; the fourth is any of these
            all.add(token("Hugging Face token", "hf_", BASE62.charAt(i), Chars.ALNUM, 34, 40));
        }
        all.add(token("Vault token", "hvs.", Chars.BASE64_URL, 24, 300));
        all.add(token("Vault token", "hvb.", Chars.BASE64_URL, 90, 300));
        all.add(new Format(List.of(".atlasv1."), Format.TOKEN, TokenFormats::terraform));
        for (var start : List.of("dop_v1_", "doo_v1_", "dor_v1_")) {
            all.add(token("DigitalOcean token", start, Chars.HEX, 64, 64));
        }
        all.add(token("Google API key", "AIza", Chars.BASE64_URL, 35, 35));
        all.add(token("Google OAuth secret", "GOCSPX-", Chars.BASE64_URL, 28, 28));
        all.add(token("Google OAuth token", "ya29.", Chars.BASE64_URL, 60, 1_500));
        all.add(token("Databricks token", "dapi", Chars.of("0-9a-f-"), 32, 34));
        all.add(token("Grafana token", "glsa_", Chars.WORD, 41, 41));
        all.add(token("Grafana token", "glc_", Chars.BASE64, 32, 400));
        for (var start : List.of("shpat_", "shpca_", "shppa_", "shpss_")) {
            all.add(token("Shopify token", start, Chars.HEX, 32, 32));
        }
        all.add(token("Anthropic key", "sk-ant-", Chars.BASE64_URL, 80, 150));
        all.add(new Format(List.of("T3BlbkFJ"), Format.TOKEN, TokenFormats::openAi));
        all.add(token("Postman key", "PMAK-", Chars.of("0-9a-f-"), 59, 59));
        all.add(token("Tailscale key", "tskey-", Chars.BASE64_URL, 24, 100));
        all.add(token("Fly.io token", "fo1_", Chars.BASE64_URL, 43, 43));
        all.add(token("Pulumi token", "pul-", Chars.HEX, 40, 40));
        all.add(token("Linear key", "lin_api_", Chars.ALNUM, 40, 40));
        all.add(token("Atlassian token", "ATATT3xFf", Chars.of("0-9A-Za-z_=-"), 150, 250));
        all.add(token("Artifactory key", "AKCp", Chars.ALNUM, 69, 69));
        all.add(token("Artifactory token", "cmVmdGtuOj", Chars.ALNUM, 54, 54));
        all.add(token("New Relic key", "NRAK-", Chars.UPPER_ALNUM, 27, 27));
        all.add(token("Sentry token", "sntryu_", Chars.HEX, 64, 64));
        all.add(token("Heroku key", "HRKU-AA", Chars.BASE64_URL, 58, 58));
        all.add(token("PlanetScale token", "pscale_tkn_", Chars.BASE64_URL, 32, 64));
        all.add(token("Doppler token", "dp.pt.", Chars.ALNUM, 40, 44));
        all.add(token("Netlify token", "nfp_", Chars.ALNUM, 36, 40));
        all.add(token("Supabase token", "sbp_", Chars.HEX, 40, 40));
    }

    private static Format token(String name, String start, Chars chars, int least, int most) {
        return token(name, start, chars, least, most, Randomness::isLikely);
    }

    private static Format token(
            String name, String start, Chars chars, int least, int most, Predicate<String> proof) {
        return new Format(
                List.of(start),
                Format.TOKEN,
                (window, from, end) -> row(window, name, from, end, chars, least, most, proof));
    }

    private static Format token(
            String name, String start, char fourth, Chars chars, int least, int most) {
        return new Format(
                List.of(start + fourth),
                Format.TOKEN,
                (window, from, end) ->
                        row(window, name, from, end - 1, chars, least, most, Randomness::isLikely));
    }

    /** A row of so many of these characters, with nothing of a word before or behind it. */
    private static @Nullable Sighting row(
            Window window,
            String name,
            int start,
            int end,
            Chars chars,
            int least,
            int most,
            Predicate<String> proof) {
        if (Chars.WORD.has(window.at(start - 1))) {
            return null;
        }
        int to = window.end(end, chars, most + 1);
        int length = to - end;
        if (length < least || length > most || Chars.WORD.has(window.at(to))) {
            return null;
        }
        return proof.test(window.text(end, to))
                ? Sighting.of(window.offset(start), SecretKind.TOKEN, name)
                : null;
    }

    /** The last six characters are the CRC-32 of the others in base 62. */
    static boolean isChecked(String token) {
        int body = token.length() - CHECKSUM;
        return token.substring(body).equals(checksum(token.substring(0, body)))
                && Randomness.isLikely(token.substring(0, body));
    }

    static String checksum(String body) {
        var crc = new CRC32();
        crc.update(body.getBytes(StandardCharsets.ISO_8859_1));
        var text = new StringBuilder();
        for (long rest = crc.getValue(); text.length() < CHECKSUM; rest /= BASE62.length()) {
            text.insert(0, BASE62.charAt((int) (rest % BASE62.length())));
        }
        return text.toString();
    }

    /** Fourteen characters stand before the text, at least sixty behind it. */
    private static @Nullable Sighting terraform(Window window, int start, int end) {
        int to = window.end(end, Chars.BASE64_URL, 80);
        boolean before = true;
        for (int i = start - 14; i < start; i++) {
            before &= Chars.ALNUM.has(window.at(i));
        }
        return before && to - end >= 60 && Randomness.isLikely(window.text(end, to))
                ? Sighting.of(window.offset(start - 14), SecretKind.TOKEN, "Terraform token")
                : null;
    }

    /** {@code sk-}, twenty or more characters, the text, and as many again. */
    private static @Nullable Sighting openAi(Window window, int start, int end) {
        int from = start;
        while (start - from < SecretSearch.BACK && Chars.BASE64_URL.has(window.at(from - 1))) {
            from--;
        }
        int to = window.end(end, Chars.BASE64_URL, 120);
        return window.isAt(from, "sk-")
                        && start - from >= 20
                        && to - end >= 20
                        && Randomness.isLikely(window.text(end, to))
                ? Sighting.of(window.offset(from), SecretKind.TOKEN, "OpenAI key")
                : null;
    }

    /** The name of an AWS key alone lets nobody in: the secret must stand near it. */
    private static @Nullable Sighting awsPair(Window window, int start, int end) {
        int to = window.end(end, Chars.BASE32, 17);
        if (Chars.ALNUM.has(window.at(start - 1))
                || to - end != 16
                || Chars.ALNUM.has(window.at(to))
                || !Randomness.isLikely(window.text(end, to))) {
            return null;
        }
        for (int i = Math.max(window.low(), start - 100); i < to + 200; i++) {
            if (isAwsSecret(window, i)) {
                return Sighting.of(window.offset(start), SecretKind.TOKEN, "AWS access key");
            }
        }
        return null;
    }

    /** As with AWS, the name of a key is nothing without the secret near it. */
    private static @Nullable Sighting alibabaPair(Window window, int start, int end) {
        int to = window.end(end, Chars.ALNUM, 25);
        if (Chars.ALNUM.has(window.at(start - 1))
                || to - end < 12
                || to - end > 24
                || !Randomness.isLikely(window.text(end, to))) {
            return null;
        }
        for (int i = to; i < to + 200; i++) {
            if (Chars.ALNUM.has(window.at(i)) && !Chars.ALNUM.has(window.at(i - 1))) {
                int last = window.end(i, Chars.ALNUM, ALIBABA_SECRET + 1);
                if (last - i == ALIBABA_SECRET && Randomness.isLikely(window.text(i, last))) {
                    return Sighting.of(window.offset(start), SecretKind.TOKEN, "Alibaba Cloud key");
                }
            }
        }
        return null;
    }

    private static @Nullable Sighting awsSecret(Window window, int start, int end) {
        for (int i = end; i < end + 24; i++) {
            if (isAwsSecret(window, i)) {
                return Sighting.of(window.offset(start), SecretKind.TOKEN, "AWS secret key");
            }
        }
        return null;
    }

    /** Exactly forty characters of base 64, of all kinds. */
    private static boolean isAwsSecret(Window window, int at) {
        if (!Chars.BASE64.has(window.at(at)) || Chars.BASE64.has(window.at(at - 1))) {
            return false;
        }
        int to = window.end(at, Chars.BASE64, AWS_SECRET + 1);
        if (to - at != AWS_SECRET || window.at(to) == '=') {
            return false;
        }
        var text = window.text(at, to);
        return text.chars().anyMatch(c -> c >= 'a' && c <= 'z')
                && text.chars().anyMatch(c -> c >= 'A' && c <= 'Z')
                && text.chars().anyMatch(Chars.DIGIT::has)
                && Randomness.isLikely(text);
    }

    /** A name, then {@code =} or {@code :}, then so many random characters or more. */
    private static Format.Test named(String name, int least) {
        return (window, start, end) -> {
            if (Chars.WORD.has(window.at(end))) {
                return null;
            }
            int at = Values.start(window, end);
            if (at < 0) {
                return null;
            }
            int to = window.end(at, Chars.of("0-9A-Za-z_./+~-"), 1_500);
            return to - at >= least && Randomness.isLikely(window.text(at, to))
                    ? Sighting.of(window.offset(start), SecretKind.TOKEN, name)
                    : null;
        };
    }

    /** A row of base 64 that ends with {@code =} signs. */
    private static Format.Test azure(String name, int length) {
        return (window, start, end) -> {
            int to = window.end(end, Chars.BASE64, length + 1);
            return to - end == length
                            && window.at(to) == '='
                            && Randomness.isLikely(window.text(end, to))
                    ? Sighting.of(window.offset(start), SecretKind.TOKEN, name)
                    : null;
        };
    }

    /** The file that Google gives for a service account: its key stands in the same object. */
    private static @Nullable Sighting serviceAccount(Window window, int start, int end) {
        int key = window.indexOf("-----BEGIN PRIVATE KEY-----\\nMII", end, end + 600);
        return key >= 0 && window.indexOf("gserviceaccount.com", key, window.high()) >= 0
                ? Sighting.of(window.offset(start), SecretKind.TOKEN, "Google service account key")
                : null;
    }

    /** RFC 7515, section 3.1: header, payload and signature, the first two of them objects. */
    private static @Nullable Sighting jwt(Window window, int start, int end) {
        if (Chars.BASE64_URL.has(window.at(start - 1)) || window.at(start - 1) == '.') {
            return null;
        }
        int header = window.end(end, Chars.BASE64_URL, LONGEST_JWT);
        int payload = window.end(header + 1, Chars.BASE64_URL, LONGEST_JWT);
        int signature = window.end(payload + 1, Chars.BASE64_URL, LONGEST_JWT);
        if (window.at(header) != '.'
                || window.at(payload) != '.'
                || signature - payload < 32
                || !Randomness.isLikely(window.text(payload + 1, signature))) {
            return null;
        }
        var head = decoded(window.text(start, header));
        var claims = decoded(window.text(header + 1, payload));
        if (!head.contains("\"alg\"") || !claims.startsWith("{") || isKnownExample(claims)) {
            return null;
        }
        var name =
                claims.contains("wlcg.ver") || claims.contains("scitoken")
                        ? "grid access token"
                        : "JSON web token";
        return Sighting.of(window.offset(start), SecretKind.TOKEN, name);
    }

    /** The token that every text about tokens shows. */
    private static boolean isKnownExample(String claims) {
        return claims.contains("John Doe") || claims.contains("\"1234567890\"");
    }

    private static String decoded(String base64Url) {
        try {
            return new String(
                    Base64.getUrlDecoder().decode(base64Url), StandardCharsets.ISO_8859_1);
        } catch (IllegalArgumentException _) {
            return ""; // not of a length that base 64 can have
        }
    }
}
