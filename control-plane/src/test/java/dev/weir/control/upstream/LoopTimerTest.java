package dev.weir.control.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;
import reactor.netty.resources.LoopResources;
import reactor.test.scheduler.VirtualTimeScheduler;

class LoopTimerTest {
    private static final int WAIT_SECONDS_MAX = 20;

    private final LoopResources loops = LoopResources.create("loop-timer-test", 1, true);
    private final EventLoop loop = loops.onClient(LoopResources.DEFAULT_NATIVE).next();
    private final VirtualTimeScheduler others = VirtualTimeScheduler.create();
    private final LoopTimer timer = new LoopTimer(loops, others);

    @AfterEach
    void stop() {
        loops.disposeLater(Duration.ZERO, Duration.ofSeconds(1)).block();
    }

    @Test
    void whatALoopSchedulesRunsOnIt() throws Exception {
        CompletableFuture<Boolean> ranThere = new CompletableFuture<>();
        loop.execute(() -> timer.schedule(() -> ranThere.complete(loop.inEventLoop()), 1, TimeUnit.MILLISECONDS));
        assertThat(ranThere.get(WAIT_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whatOthersScheduleRunsByTheOtherTimer() {
        AtomicInteger ran = new AtomicInteger();
        timer.schedule(ran::incrementAndGet, 1, TimeUnit.SECONDS);
        timer.schedulePeriodically(ran::incrementAndGet, 1, 1, TimeUnit.SECONDS);
        assertThat(ran).hasValue(0);
        others.advanceTimeBy(Duration.ofSeconds(2));
        assertThat(ran).hasValue(3);
    }

    @Test
    void whoEndsEndsAllThatHeScheduled() throws Exception {
        AtomicInteger ran = new AtomicInteger();
        CountDownLatch twice = new CountDownLatch(2);
        Scheduler.Worker worker = timer.createWorker();
        loop.execute(() -> {
            worker.schedulePeriodically(twice::countDown, 0, 1, TimeUnit.MILLISECONDS);
            worker.schedule(ran::incrementAndGet, 1, TimeUnit.HOURS);
        });
        assertThat(twice.await(WAIT_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();

        loop.submit(worker::dispose).get(WAIT_SECONDS_MAX, TimeUnit.SECONDS);

        assertThat(worker.isDisposed()).isTrue();
        Disposable late = loop.submit(() -> worker.schedule(ran::incrementAndGet, 1, TimeUnit.MILLISECONDS))
                .get(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
        // Runs behind the one that is too late, were it not cancelled.
        loop.schedule(() -> {}, 2, TimeUnit.MILLISECONDS).get(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
        assertThat(late).isNotNull();
        assertThat(ran).hasValue(0);
    }
}
