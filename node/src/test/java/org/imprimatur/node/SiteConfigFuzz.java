package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;
import java.util.stream.Stream;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.node.config.YamlMember;

/** The site's file with all of its members: every text ends in settings or in its faults. */
public final class SiteConfigFuzz {

    private SiteConfigFuzz() {}

    /** A little of everything. */
    public static Stream<byte[]> seeds() {
        return Stream.of(
                        """
                        owner: "site:alpha"
                        max-staleness: 15m
                        store: images
                        lists:
                          - name: biomed
                            url: https://images.example/a.list
                            signer: {subject: "CN=Robot", issuer: "CN=CA"}
                            owner: "vo:biomed"
                            poll: 5m
                        transfer: {stall-after: 30s, connections: 8, bandwidth: 100M}
                        drivers:
                          - {name: pool, kind: directory, path: /srv/pool, keep-withdrawn: 7d}
                          - {name: own, kind: exec, program: [/bin/true]}
                        instances: {operators: any, terminate: {after: 10m, driver: own}}
                        notify: {command: [/usr/sbin/sendmail, -t], from: a@example.org}
                        retention: {decisions: 400d, instances: 400d}
                        classes:
                          payload: {approval: required, obligations: ["network-profile:p"]}
                        """)
                .map(text -> text.getBytes(UTF_8));
    }

    /** Ends with settings, or with BadConfiguration and at least one fault. */
    public static void fuzzerTestOneInput(byte[] input) {
        try {
            SiteConfig.of(
                    YamlMember.parse("site.yaml", new String(input, UTF_8)), Optional.empty());
        } catch (BadConfiguration bad) {
            if (bad.faults().isEmpty()) {
                throw new IllegalStateException("a refusal without a fault", bad);
            }
        }
    }
}
