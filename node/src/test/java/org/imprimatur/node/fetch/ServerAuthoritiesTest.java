package org.imprimatur.node.fetch;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server whose certificate comes from an authority that Java does not know. */
class ServerAuthoritiesTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir private Path directory;
    private HttpsServer server;
    private Path authority;

    @BeforeEach
    void start() throws Exception {
        var generator = KeyPairGenerator.getInstance("EC");
        var keysOfAuthority = generator.generateKeyPair();
        var keys = generator.generateKeyPair();
        var root = certificate("CN=Grid CA", keysOfAuthority, "CN=Grid CA", keysOfAuthority);
        authority = Files.createDirectory(directory.resolve("certificates")).resolve("grid.pem");
        Files.writeString(authority, pem(root));

        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setKeyEntry(
                "server",
                keys.getPrivate(),
                new char[0],
                new X509Certificate[] {
                    certificate("CN=server", keys, "CN=Grid CA", keysOfAuthority)
                });
        var own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(store, new char[0]);
        var tls = SSLContext.getInstance("TLS");
        tls.init(own.getKeyManagers(), null, null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.createContext(
                "/",
                exchange -> {
                    exchange.sendResponseHeaders(200, 5);
                    exchange.getResponseBody().write("a sum".getBytes(US_ASCII));
                    exchange.close();
                });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private static X509Certificate certificate(
            String subject, KeyPair keys, String issuer, KeyPair keysOfIssuer) throws Exception {
        var now = Instant.now();
        var builder =
                new JcaX509v3CertificateBuilder(
                        new X500Principal(issuer),
                        BigInteger.valueOf(subject.hashCode()).abs(),
                        Date.from(now.minusSeconds(600)),
                        Date.from(now.plusSeconds(86_400)),
                        new X500Principal(subject),
                        keys.getPublic());
        builder.addExtension(
                Extension.basicConstraints, true, new BasicConstraints(subject.equals(issuer)));
        builder.addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(new GeneralName(GeneralName.iPAddress, "127.0.0.1")));
        return new JcaX509CertificateConverter()
                .getCertificate(
                        builder.build(
                                new JcaContentSignerBuilder("SHA256withECDSA")
                                        .build(keysOfIssuer.getPrivate())));
    }

    private static String pem(X509Certificate certificate) throws Exception {
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder().encodeToString(certificate.getEncoded())
                + "\n-----END CERTIFICATE-----\n";
    }

    private byte[] fetched(Optional<SSLContext> tls) throws FetchFailed {
        try (var fetch = new Fetch(Proxies.NONE, tls)) {
            var uri = URI.create("https://127.0.0.1:" + server.getAddress().getPort() + "/");
            return fetch.bytes(uri, 100, SOON);
        }
    }

    @Test
    void aServerIsBelievedOnceItsAuthorityIsNamed() throws Exception {
        assertThatThrownBy(() -> fetched(Optional.empty()))
                .isInstanceOf(FetchFailed.class)
                .hasMessageContaining("certification path");
        for (var named : new Path[] {authority, authority.getParent()}) {
            assertThat(fetched(Optional.of(ServerAuthorities.ofJavaAnd(named))))
                    .asString()
                    .isEqualTo("a sum");
        }
    }

    @Test
    void theAuthoritiesOfJavaAreBelievedStill() throws Exception {
        var java = ServerAuthorities.ofJava().toList();

        assertThat(java).isNotEmpty();
        assertThat(ServerAuthorities.javaAnd(authority)).containsAll(java).hasSize(java.size() + 1);
    }

    @Test
    void whatHoldsNoCertificateIsRefused() throws Exception {
        var empty = Files.createDirectory(directory.resolve("empty"));
        var text = Files.writeString(directory.resolve("text.pem"), "no certificate");

        assertThatThrownBy(() -> ServerAuthorities.ofJavaAnd(empty))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("holds no certificate");
        assertThatThrownBy(() -> ServerAuthorities.ofJavaAnd(text)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> ServerAuthorities.ofJavaAnd(directory.resolve("nowhere")))
                .isInstanceOf(IOException.class);
    }
}
