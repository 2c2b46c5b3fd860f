package org.imprimatur.node.fetch;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.imprimatur.trust.CrlMode;
import org.imprimatur.trust.TrustAnchors;
import org.jspecify.annotations.Nullable;

/** Which authorities are believed when a server shows a certificate for TLS. */
public final class ServerAuthorities {

    private ServerAuthorities() {}

    /**
     * Those of Java, and others: servers of grids often have certificates of authorities that no
     * browser knows.
     *
     * @param others a directory as of IGTF, or a PEM file
     * @throws IOException when it cannot be used, or holds no certificate
     */
    public static SSLContext ofJavaAnd(Path others) throws IOException {
        return believing(javaAnd(others));
    }

    /**
     * Those of a PEM file alone.
     *
     * @throws IOException when it cannot be used, or holds no certificate
     */
    static SSLContext only(Path pem) throws IOException {
        return believing(named(pem));
    }

    static List<X509Certificate> javaAnd(Path others) throws IOException {
        return Stream.concat(ofJava(), named(others).stream()).toList();
    }

    static Stream<X509Certificate> ofJava() throws IOException {
        return Arrays.stream(trust(null))
                .filter(X509TrustManager.class::isInstance)
                .map(X509TrustManager.class::cast)
                .flatMap(manager -> Arrays.stream(manager.getAcceptedIssuers()));
    }

    private static List<X509Certificate> named(Path place) throws IOException {
        var certificates =
                Files.isDirectory(place)
                        ? TrustAnchors.directory(place, CrlMode.IF_PRESENT).authorities()
                        : read(place);
        if (certificates.isEmpty()) {
            throw new FileNotFoundException(place + " holds no certificate");
        }
        return certificates;
    }

    private static List<X509Certificate> read(Path pem) throws IOException {
        try (var in = Files.newInputStream(pem)) {
            return CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (CertificateException e) {
            throw new IOException(pem + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static SSLContext believing(Collection<X509Certificate> authorities)
            throws IOException {
        try {
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (var authority : authorities) {
                store.setCertificateEntry("authority-" + number++, authority);
            }
            var context = SSLContext.getInstance("TLS");
            context.init(null, trust(store), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS cannot be made ready: " + e.getMessage(), e);
        }
    }

    /** By the authorities of a store; null for those of Java. */
    private static TrustManager[] trust(@Nullable KeyStore store) throws IOException {
        try {
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            return trust.getTrustManagers();
        } catch (GeneralSecurityException e) {
            throw new IOException("Java's authorities cannot be had: " + e.getMessage(), e);
        }
    }
}
