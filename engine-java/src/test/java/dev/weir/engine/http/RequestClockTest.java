package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.http.Arrival.Unreadable;
import dev.weir.engine.http.Arrival.WireRequest;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The time that a request has: from its first byte to its last, whatever comes in between. */
class RequestClockTest {

    private static final long READ_MAX_MILLIS = 1000;
    private static final String WHOLE = "GET /health HTTP/1.1\r\nhost: a\r\n\r\n";

    private final EmbeddedChannel channel = new EmbeddedChannel(
            new ByteWatch(),
            new HttpServerCodec(),
            new RequestAssembler(
                    TestLimits.impatient(Duration.ofMillis(READ_MAX_MILLIS), Duration.ofHours(1)),
                    new RequestIds(() -> "1")));

    @BeforeEach
    void stopTheClock() {
        channel.freezeTime();
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private void send(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    }

    private void pass(long millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }

    @Test
    void startsWithTheFirstByteAndIsNotPutOffByOthers() {
        for (int i = 0; i < READ_MAX_MILLIS / 100; i++) {
            assertThat(channel.<Object>readInbound()).isNull();
            send("G");
            pass(100);
        }
        assertThat(channel.<Object>readInbound())
                .isInstanceOfSatisfying(
                        Unreadable.class,
                        refused -> assertThat(refused.error().code()).isEqualTo("request_timeout"));
    }

    @Test
    void startsAgainWithEveryRequest() {
        for (int i = 0; i < 3; i++) {
            send(WHOLE.substring(0, 9));
            pass(READ_MAX_MILLIS - 1);
            send(WHOLE.substring(9));
            assertThat(channel.<Object>readInbound()).isInstanceOf(WireRequest.class);
            pass(10 * READ_MAX_MILLIS);
            assertThat(channel.<Object>readInbound()).isNull();
        }
    }

    @Test
    void isNotStartedByLineEndsBetweenRequests() {
        send(WHOLE);
        assertThat(channel.<Object>readInbound()).isInstanceOf(WireRequest.class);
        send("\r\n\r\n");
        pass(10 * READ_MAX_MILLIS);
        assertThat(channel.<Object>readInbound()).isNull();
    }

    /** A client that pipelines too much is not read for a while, and cannot do anything about it. */
    @Test
    void doesNotRunWhileTheConnectionIsNotRead() {
        send(WHOLE.substring(0, 9));
        channel.config().setAutoRead(false);
        pass(READ_MAX_MILLIS);
        assertThat(channel.<Object>readInbound()).isNull();
        channel.config().setAutoRead(true);
        send(WHOLE.substring(9));
        assertThat(channel.<Object>readInbound()).isInstanceOf(WireRequest.class);
    }
}
