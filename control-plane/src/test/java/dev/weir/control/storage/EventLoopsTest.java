package dev.weir.control.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.resources.LoopResources;

class EventLoopsTest {
    private static final int WAIT_SECONDS_MAX = 20;

    private final LoopResources resources = LoopResources.create("event-loops-test", 2, true);
    private final EventLoop loop =
            resources.onClient(LoopResources.DEFAULT_NATIVE).next();
    private final EventLoops loops = new EventLoops(resources);
    private final Sinks.One<String> store = Sinks.one();

    /** Where the answer came. */
    private final CompletableFuture<Boolean> cameOnTheLoop = new CompletableFuture<>();

    @AfterEach
    void stop() {
        resources.disposeLater(Duration.ZERO, Duration.ofSeconds(1)).block();
    }

    @Test
    void anAnswerComesBackToTheLoopThatAsked() throws Exception {
        ask(loops.back(store.asMono()));
        store.tryEmitValue("from the store's thread");
        assertThat(cameOnTheLoop.get(WAIT_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aFailureComesBackToo() throws Exception {
        ask(loops.back(store.asMono()));
        store.tryEmitError(new StorageFailure("from the store's thread"));
        assertThat(cameOnTheLoop.get(WAIT_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void anAnswerThatIsThereWaitsForNoTurn() throws Exception {
        assertThat(loop.submit(() -> {
                            AtomicBoolean answered = new AtomicBoolean();
                            loops.back(Mono.just("known")).subscribe(_ -> answered.set(true));
                            return answered.get();
                        })
                        .get(WAIT_SECONDS_MAX, TimeUnit.SECONDS))
                .isTrue();
    }

    @Test
    void whoAskedOnNoLoopIsAnsweredWhereTheAnswerCame() {
        CompletableFuture<Thread> cameOn = new CompletableFuture<>();
        loops.back(store.asMono()).subscribe(_ -> cameOn.complete(Thread.currentThread()));
        store.tryEmitValue("from the store's thread");
        assertThat(cameOn).isCompletedWithValue(Thread.currentThread());
    }

    @Test
    void whoAskedOnALoopThatHasStoppedIsAnsweredAllTheSame() throws Exception {
        ask(loops.back(store.asMono()));
        stop();
        store.tryEmitValue("from the store's thread");
        assertThat(cameOnTheLoop).isCompletedWithValue(false);
    }

    /** Behind which the step has been subscribed to. */
    private void ask(Mono<String> step) throws Exception {
        loop.submit(() -> step.subscribe(
                        _ -> cameOnTheLoop.complete(loop.inEventLoop()),
                        _ -> cameOnTheLoop.complete(loop.inEventLoop())))
                .get(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
    }
}
