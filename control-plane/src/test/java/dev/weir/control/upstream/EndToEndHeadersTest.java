package dev.weir.control.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;

class EndToEndHeadersTest {

    @Test
    void whatConcernsTheConnectionStaysOnIt() {
        HttpHeaders kept = EndToEndHeaders.of(new DefaultHttpHeaders()
                .add("Connection", "close, X-Private")
                .add("Keep-Alive", "timeout=5")
                .add("Transfer-Encoding", "chunked")
                .add("Upgrade", "h2c")
                .add("x-private", "secret")
                .add("Content-Type", "application/json")
                .add("openai-processing-ms", "12"));
        assertThat(kept.headerNames()).containsExactlyInAnyOrder("Content-Type", "openai-processing-ms");
    }

    @Test
    void repeatedHeadersKeepAllTheirValues() {
        assertThat(EndToEndHeaders.of(
                                new DefaultHttpHeaders().add("warning", "a").add("Warning", "b"))
                        .get("warning"))
                .containsExactly("a", "b");
    }
}
