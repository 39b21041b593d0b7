package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weir.control.upstream.EngineClient;
import dev.weir.control.upstream.ProbeAnswer;
import dev.weir.control.upstream.UpstreamConfig;
import dev.weir.control.upstream.UpstreamFailure;
import dev.weir.control.upstream.UpstreamFailure.Kind;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.resources.LoopResources;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Engines that close a connection which was kept, just as it is used again. */
class KeptConnectionTest {
    private static final Duration WAIT_MAX = Duration.ofSeconds(20);
    private static final Duration CONNECT_MAX = Duration.ofSeconds(2);
    private static final UpstreamConfig LIMITS = new UpstreamConfig(
            CONNECT_MAX,
            WAIT_MAX,
            WAIT_MAX,
            WAIT_MAX,
            3,
            Duration.ofMillis(1),
            WAIT_MAX,
            1,
            WAIT_MAX,
            1,
            1,
            WAIT_MAX,
            WAIT_MAX,
            null);
    private static final String ASK = "{\"load\":\"m\"}";

    private final VirtualTimeScheduler timer = VirtualTimeScheduler.create();
    private final LoopResources loops = LoopResources.create("kept", 1, true);
    private final EngineClient client = new EngineClient(LIMITS, loops, timer);

    /** Whoever asks there comes behind the end of the exchange before, and finds its connection kept. */
    private final Scheduler loop = Schedulers.fromExecutor(loops.onClient(true).next());

    private ScriptedEngine engine;

    @BeforeEach
    void start() throws IOException {
        engine = ScriptedEngine.with("m");
    }

    @AfterEach
    void stop() throws IOException {
        client.destroy();
        loops.disposeLater(Duration.ZERO, WAIT_MAX).block(WAIT_MAX);
        engine.close();
    }

    private @Nullable ProbeAnswer ask() {
        return Mono.defer(() -> client.administer(engine.url(), HttpMethod.POST, "/load", ASK, null))
                .subscribeOn(loop)
                .block(WAIT_MAX);
    }

    private void assertBrokenOff() throws InterruptedException {
        assertThatExceptionOfType(UpstreamFailure.class)
                .isThrownBy(this::ask)
                .matches(failure -> failure.kind() == Kind.BROKEN_OFF);
        engine.nextRequest();
        assertThat(engine.hasRequest()).as("it came once").isFalse();
    }

    @Test
    void aRequestThatFindsItsKeptConnectionClosedGoesOutOnceMore() throws Exception {
        ask();
        AtomicBoolean closed = new AtomicBoolean();
        engine.answers(exchange -> {
            if (closed.getAndSet(true)) {
                exchange.json(200, "{\"at\":\"last\"}");
            } else {
                exchange.die();
            }
        });
        assertThat(ask()).isEqualTo(new ProbeAnswer(200, "{\"at\":\"last\"}"));
        assertThat(engine.nextRequest().body()).isEqualTo(ASK);
        assertThat(engine.nextRequest().body()).isEqualTo(ASK);
        assertThat(engine.connectionCount()).isEqualTo(2);
    }

    @Test
    void aRequestOnANewConnectionIsNotSentAgain() throws Exception {
        engine.answers(ScriptedEngine.Exchange::die);
        assertBrokenOff();
    }

    @Test
    void neitherIsOneOfWhichAnAnswerHadBegun() throws Exception {
        ask();
        engine.answers(exchange -> {
            exchange.write("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n{");
            exchange.die();
        });
        assertBrokenOff();
    }

    /** By then the engine must have seen it. */
    @Test
    void norOneWhoseConnectionIsClosedLongAfter() throws Exception {
        ask();
        engine.answers(exchange -> {
            timer.advanceTimeBy(CONNECT_MAX);
            exchange.die();
        });
        assertBrokenOff();
    }

    /** It may have been the request that ended the engine, which nobody would know if it were told as unreachable. */
    @Test
    void whereNobodyListensAnyMoreTheFirstFailureIsTold() throws Exception {
        ask();
        engine.answers(_ -> engine.leave());
        assertBrokenOff();
    }
}
