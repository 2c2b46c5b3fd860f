package org.imprimatur.node.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProxiesTest {

    private static String through(Proxies proxies, String url) {
        var proxy = proxies.select(URI.create(url)).getFirst();
        return proxy.type() == Proxy.Type.DIRECT
                ? "direct"
                : ((InetSocketAddress) proxy.address()).getHostString()
                        + ":"
                        + ((InetSocketAddress) proxy.address()).getPort();
    }

    @Test
    void everythingGoesThroughTheProxyButWhatIsExcepted() {
        var proxies = Proxies.of("http://127.0.0.1:3129", List.of("here.example", ".grid.example"));

        assertThat(through(proxies, "https://a.example/x")).isEqualTo("127.0.0.1:3129");
        assertThat(through(proxies, "http://127.0.0.1:80/x")).isEqualTo("127.0.0.1:3129");
        assertThat(through(proxies, "http://here.example/x")).isEqualTo("direct");
        assertThat(through(proxies, "http://A.GRID.example/x")).isEqualTo("direct");
        assertThat(through(proxies, "http://othergrid.example/x")).isEqualTo("127.0.0.1:3129");
        assertThat(through(Proxies.NONE, "http://a.example/x")).isEqualTo("direct");
    }

    @Test
    void theUsualVariablesAreHeededButNeverForTheHostItself() {
        var proxies =
                Proxies.of(
                        Map.of(
                                "http_proxy", "127.0.0.2",
                                "HTTPS_PROXY", "http://127.0.0.3:8080/",
                                "HTTP_PROXY", "http://127.0.0.4:1",
                                "no_proxy", "a.example, .b.example"));

        assertThat(through(proxies, "http://x.example/")).isEqualTo("127.0.0.2:3128");
        assertThat(through(proxies, "https://x.example/")).isEqualTo("127.0.0.3:8080");
        assertThat(through(proxies, "https://a.example/")).isEqualTo("direct");
        assertThat(through(proxies, "https://x.b.example/")).isEqualTo("direct");
        assertThat(through(proxies, "http://127.0.0.1:8080/")).isEqualTo("direct");
        assertThat(through(Proxies.of(Map.of()), "http://x.example/")).isEqualTo("direct");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://p.example",
                "http://u:secret@p.example",
                "http://u:secret{@p.example",
                "socks://p",
                "http://p/x"
            })
    void whatIsNoProxyIsRefusedWithoutShowingIt(String url) {
        assertThatThrownBy(() -> Proxies.of(url, List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> Proxies.of(Map.of("https_proxy", url)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("https_proxy")
                .hasMessageNotContaining("secret");
    }
}
