package dev.weir.control.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.upstream.UpstreamFailure.Kind;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

class FlowGuardTest {
    private static final Duration SILENCE_MAX = Duration.ofSeconds(10);
    private static final Duration STALL_MAX = Duration.ofSeconds(30);
    private static final UpstreamConfig LIMITS = new UpstreamConfig(
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            SILENCE_MAX,
            Duration.ofSeconds(60),
            3,
            Duration.ofMillis(1),
            Duration.ofSeconds(1),
            1000,
            STALL_MAX,
            1,
            1,
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            null);

    private final VirtualTimeScheduler timer = VirtualTimeScheduler.create();
    private final Sinks.Many<String> engine = Sinks.many().unicast().onBackpressureBuffer();

    @Test
    void anEngineThatStopsInTheMiddleIsCalledSilent() {
        StepVerifier.create(watched())
                .then(() -> engine.tryEmitNext("a"))
                .expectNext("a")
                .then(() -> timer.advanceTimeBy(SILENCE_MAX.multipliedBy(2)))
                .verifyErrorSatisfies(failure -> assertThat(kind(failure)).isEqualTo(Kind.SILENT));
    }

    @Test
    void anEngineThatIsSlowButNotSilentIsLeftAlone() {
        StepVerifier.Step<String> steps = StepVerifier.create(watched());
        for (int i = 0; i < 10; i++) {
            steps = steps.then(() -> timer.advanceTimeBy(SILENCE_MAX.dividedBy(2)))
                    .then(() -> engine.tryEmitNext("a"))
                    .expectNext("a");
        }
        steps.then(engine::tryEmitComplete).verifyComplete();
    }

    @Test
    void aSlowClientIsNotTheEnginesFault() {
        StepVerifier.create(watched(), 1)
                .then(() -> engine.tryEmitNext("a"))
                .expectNext("a")
                .then(() -> timer.advanceTimeBy(SILENCE_MAX.multipliedBy(2)))
                .thenRequest(1)
                .then(() -> engine.tryEmitNext("b"))
                .expectNext("b")
                .then(engine::tryEmitComplete)
                .verifyComplete();
    }

    @Test
    void aClientThatReadsNothingAnyMoreCutsOffTheExchange() {
        FlowGuard guard = new FlowGuard(LIMITS, timer);
        StepVerifier content = StepVerifier.create(guard.watchReader(engine.asFlux()), 1)
                .then(() -> engine.tryEmitNext("a"))
                .expectNext("a")
                .thenCancel();
        StepVerifier.create(guard.watchExchange(Mono.never()))
                .then(content::verify)
                .then(() -> timer.advanceTimeBy(STALL_MAX.multipliedBy(2)))
                .verifyErrorSatisfies(failure -> assertThat(kind(failure)).isEqualTo(Kind.CLIENT_STALLED));
    }

    @Test
    void anEngineThatDoesNotBeginToAnswerIsLate() {
        StepVerifier.create(new FlowGuard(LIMITS, timer).watchBeginning(engine.asFlux()))
                .then(() -> timer.advanceTimeBy(Duration.ofSeconds(1)))
                .verifyErrorSatisfies(failure -> assertThat(kind(failure)).isEqualTo(Kind.FIRST_BYTE_TIMEOUT));
    }

    @Test
    void anAnswerThatHasBegunMayTakeItsTimeButNotForEver() {
        FlowGuard guard = new FlowGuard(LIMITS, timer);
        StepVerifier.create(guard.watchExchange(
                        guard.watchBeginning(engine.asFlux()).then()))
                .then(() -> engine.tryEmitNext("a"))
                .then(() -> timer.advanceTimeBy(Duration.ofSeconds(59)))
                .then(() -> timer.advanceTimeBy(Duration.ofSeconds(1)))
                .verifyErrorSatisfies(failure -> assertThat(kind(failure)).isEqualTo(Kind.TOTAL_TIMEOUT));
    }

    @Test
    void anExchangeThatEndsIsLeftAlone() {
        StepVerifier.create(new FlowGuard(LIMITS, timer).watchExchange(Mono.empty()))
                .verifyComplete();
    }

    private Flux<String> watched() {
        return new FlowGuard(LIMITS, timer).watchEngine(engine.asFlux());
    }

    private static Kind kind(Throwable failure) {
        return ((UpstreamFailure) failure).kind();
    }
}
