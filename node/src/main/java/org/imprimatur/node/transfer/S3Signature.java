package org.imprimatur.node.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.imprimatur.register.Sha256;

/** Signs requests for objects as S3 asks for it (Signature Version 4, in header fields). */
final class S3Signature {

    private static final String ALGORITHM = "AWS4-HMAC-SHA256";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final String NO_BODY = Sha256.of(new byte[0]).hex();

    private final S3Access.Credentials credentials;
    private final String region;

    S3Signature(S3Access.Credentials credentials, String region) {
        this.credentials = credentials;
        this.region = region;
    }

    /**
     * The header fields of a request for an object, with those that prove who asks.
     *
     * @param uri without a query, and with its path encoded as {@link #encoded} does it
     * @param fields the others that are sent
     */
    Map<String, String> signed(URI uri, Map<String, String> fields, Instant at) {
        var time = TIME.format(at);
        var sent = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        sent.putAll(fields);
        sent.put("x-amz-content-sha256", NO_BODY);
        sent.put("x-amz-date", time);
        var all = new TreeMap<String, String>();
        sent.forEach((name, value) -> all.put(name.toLowerCase(Locale.ROOT), value));
        all.put("host", host(uri));
        var names = String.join(";", all.keySet());
        var request =
                "GET\n%s\n\n%s\n%s\n%s"
                        .formatted(
                                uri.getRawPath(),
                                all.entrySet().stream()
                                        .map(one -> one.getKey() + ":" + one.getValue() + "\n")
                                        .collect(Collectors.joining()),
                                names,
                                NO_BODY);
        var scope = "%s/%s/s3/aws4_request".formatted(time.substring(0, 8), region);
        var text =
                String.join("\n", ALGORITHM, time, scope, Sha256.of(request.getBytes(UTF_8)).hex());
        sent.put(
                "Authorization",
                "%s Credential=%s/%s,SignedHeaders=%s,Signature=%s"
                        .formatted(
                                ALGORITHM,
                                credentials.key(),
                                scope,
                                names,
                                HexFormat.of().formatHex(hmac(key(time.substring(0, 8)), text))));
        return sent;
    }

    /** The field Host as it is sent: without the port that goes without saying. */
    private static String host(URI uri) {
        int usual = "https".equals(uri.getScheme()) ? 443 : 80;
        boolean unsaid = uri.getPort() == -1 || uri.getPort() == usual;
        return unsaid ? uri.getHost() : uri.getHost() + ":" + uri.getPort();
    }

    private byte[] key(String date) {
        byte[] key = ("AWS4" + credentials.secret()).getBytes(UTF_8);
        for (var part : new String[] {date, region, "s3", "aws4_request"}) {
            key = hmac(key, part);
        }
        return key;
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("the JDK has HmacSHA256", e);
        }
    }

    /** The path of an object: every byte but letters, digits and {@code -._~/} as {@code %XX}. */
    static String encoded(String path) {
        var encoded = new StringBuilder();
        for (byte one : path.getBytes(UTF_8)) {
            char c = (char) (one & 0xff);
            boolean plain =
                    c >= 'a' && c <= 'z'
                            || c >= 'A' && c <= 'Z'
                            || c >= '0' && c <= '9'
                            || "-._~/".indexOf(c) >= 0;
            encoded.append(plain ? String.valueOf(c) : "%%%02X".formatted((int) c));
        }
        return encoded.toString();
    }
}
