package dev.weir.control.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.ingress.IdempotencyStore.Held.Claimed;
import dev.weir.control.ingress.IdempotencyStore.Held.Told;
import dev.weir.control.ingress.IdempotencyStore.Name;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpStatus;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

class ClaimTest {
    private static final Name NAME = new Name("tenant", "key");

    private final SlowStore store = new SlowStore();
    private final MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.post("/"));
    private final List<String> told = new ArrayList<>();
    private boolean brokenOff;

    /** Says what is asked of it, and has done it when it is told to. */
    private static final class SlowStore implements IdempotencyStore {
        private final List<String> asked = new ArrayList<>();
        private final Sinks.Empty<Void> kept = Sinks.empty();
        private final Sinks.Empty<Void> released = Sinks.empty();

        @Override
        public Mono<Held> claim(Name name, String fingerprint) {
            return Mono.just(new Claimed());
        }

        @Override
        public Mono<Void> hold(Name name, String fingerprint) {
            return Mono.never();
        }

        @Override
        public Mono<Void> keep(Name name, Told answer) {
            return Mono.defer(() -> {
                asked.add("keep " + new String(answer.bytes(), UTF_8));
                return kept.asMono();
            });
        }

        @Override
        public Mono<Void> release(Name name, String fingerprint) {
            return Mono.defer(() -> {
                asked.add("release");
                return released.asMono();
            });
        }
    }

    @BeforeEach
    void hear() {
        exchange.getResponse()
                .setWriteHandler(body -> body.doOnNext(piece -> told.add(piece.toString(UTF_8)))
                        .doOnComplete(() -> told.add("the end"))
                        .then());
    }

    @Test
    void theLastOfAnAnswerWithALengthIsToldOnceItIsKept() {
        serve(answering -> {
            answering.getResponse().getHeaders().setContentLength(4);
            return answering.getResponse().writeWith(pieces("ab", "cd"));
        });
        assertThat(store.asked).containsExactly("keep abcd");
        assertThat(told).containsExactly("ab");
        store.kept.tryEmitEmpty().orThrow();
        assertThat(told).containsExactly("ab", "cd", "the end");
        assertThat(store.asked).containsExactly("keep abcd");
    }

    @Test
    void nothingOfAStreamIsHeldBackButThatItIsOver() {
        serve(answering ->
                answering.getResponse().writeAndFlushWith(pieces("ab", "cd").map(Mono::just)));
        assertThat(store.asked).containsExactly("keep abcd");
        assertThat(told).containsExactly("ab", "cd");
        store.kept.tryEmitEmpty().orThrow();
        assertThat(told).containsExactly("ab", "cd", "the end");
    }

    @Test
    void whatIsNotKeptIsFreeBeforeItsEndIsTold() {
        brokenOff = true;
        serve(answering -> answering.getResponse().writeWith(pieces("ab")));
        assertThat(store.asked).containsExactly("release");
        assertThat(told).containsExactly("ab");
        store.released.tryEmitEmpty().orThrow();
        assertThat(told).containsExactly("ab", "the end");
        assertThat(store.asked).containsExactly("release");
    }

    @Test
    void whatFailsIsFreeBeforeAnybodyIsToldSo() {
        serve(_ -> Mono.error(new IllegalStateException("no engine")));
        assertThat(store.asked).containsExactly("release");
        assertThat(told).isEmpty();
        store.released.tryEmitEmpty().orThrow();
        assertThat(told).containsExactly("no engine");
    }

    @Test
    void whatCannotBeKeptIsFreed() {
        serve(answering -> answering.getResponse().writeWith(pieces("ab")));
        store.kept.tryEmitError(new IllegalStateException("no Redis")).orThrow();
        assertThat(store.asked).containsExactly("keep ab", "release");
        assertThat(told).containsExactly("ab");
        store.released.tryEmitError(new IllegalStateException("no Redis")).orThrow();
        assertThat(told).containsExactly("ab", "the end");
    }

    @Test
    void whoLeavesFreesWhatWasClaimedOnce() {
        Disposable caller = serve(
                answering -> answering.getResponse().writeWith(pieces("ab").concatWith(Mono.never())));
        assertThat(store.asked).isEmpty();
        caller.dispose();
        assertThat(store.asked).containsExactly("release");
    }

    private Disposable serve(Function<ServerWebExchange, Mono<Void>> work) {
        exchange.getResponse().setStatusCode(HttpStatus.OK);
        return new Claim(store, NAME, "fingerprint")
                .serve(exchange, () -> brokenOff, work)
                .subscribe(_ -> {}, failure -> told.add(failure.getMessage()));
    }

    private static Flux<DataBuffer> pieces(String... texts) {
        return Flux.fromArray(texts).map(text -> DefaultDataBufferFactory.sharedInstance.wrap(text.getBytes(UTF_8)));
    }
}
