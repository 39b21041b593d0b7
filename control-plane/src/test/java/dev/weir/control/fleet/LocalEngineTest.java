package dev.weir.control.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** With real processes, each a line of shell. */
class LocalEngineTest {
    private static final SupervisionLimits LIMITS = new SupervisionLimits(
            Duration.ofMillis(1), Duration.ofMillis(4), Duration.ofSeconds(30), 4, Duration.ofSeconds(10), 20);

    private final BlockingQueue<String> engineLines = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> ownLines = new LinkedBlockingQueue<>();
    private final AtomicLong nowNanos = new AtomicLong();
    private @Nullable LocalEngine engine;

    @AfterEach
    void stop() {
        if (engine != null) {
            engine.close();
        }
    }

    @Test
    void itsLinesAreForwardedWhicheverStreamTheyComeOn() throws Exception {
        start("echo out; echo err >&2; exec cat");
        assertThat(List.of(nextLine(), nextLine())).containsExactlyInAnyOrder("out", "err");
    }

    @Test
    void itHasTheEnvironmentThatItIsGivenBesideOurs() throws Exception {
        start("echo \"$SECRET\"; echo ${PATH:+too}; exec cat");
        assertThat(nextLine()).isEqualTo("of the environment");
        assertThat(nextLine()).isEqualTo("too");
    }

    @Test
    void aLineWithoutEndIsBroken() throws Exception {
        start("printf '%030d' 7; exec cat");
        assertThat(nextLine()).isEqualTo("0".repeat(20));
    }

    @Test
    void anEngineThatDiesIsStartedAgain() throws Exception {
        start("echo $$; exec cat");
        long first = Long.parseLong(nextLine());
        ProcessHandle.of(first).orElseThrow().destroyForcibly();
        long second = Long.parseLong(nextLine());
        assertThat(second).isNotEqualTo(first);
        assertThat(ownLines.poll(10, TimeUnit.SECONDS))
                .isEqualTo("the engine exited with code 137; starting it again in 1 ms");
    }

    @Test
    void anEngineThatCannotStayUpIsGivenUp() throws Exception {
        assertThat(start("kill -9 $$").givenUp().get(20, TimeUnit.SECONDS))
                .isEqualTo("the engine died 4 times in a row, last with exit code 137");
    }

    @Test
    void deathsAfterLongLivesAreNotInARow() throws Exception {
        LocalEngine longLived = start("echo $$; exec cat");
        for (int life = 0; life < 3 * LIMITS.failuresInARowMax(); life++) {
            long pid = Long.parseLong(nextLine());
            nowNanos.addAndGet(LIMITS.healthyAfter().toNanos());
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        }
        assertThat(nextLine()).isNotEmpty();
        assertThat(longLived.givenUp()).isNotDone();
    }

    @Test
    void anEngineThatRefusesToStartIsGivenUpAtOnceInItsOwnWords() throws Exception {
        LocalEngine misconfigured = start("echo starting; echo 'weir engine: no x'; exit 1");
        assertThat(misconfigured.givenUp().get(20, TimeUnit.SECONDS))
                .isEqualTo("the engine could not be started as it was configured: weir engine: no x");
        assertThat(ownLines).isEmpty();
    }

    @Test
    void aCommandThatDoesNotExistIsGivenUp() throws Exception {
        engine = new LocalEngine(
                List.of("/nonexistent/java"), Map.of(), LIMITS, nowNanos::get, engineLines::add, ownLines::add);
        engine.start();
        assertThat(engine.givenUp().get(20, TimeUnit.SECONDS)).contains("/nonexistent/java");
    }

    @Test
    void closingAsksItToStopAndWaits() throws Exception {
        LocalEngine running = start("trap 'echo stopped; exit 0' TERM; echo $$; while :; do sleep 0.05; done");
        ProcessHandle process = ProcessHandle.of(Long.parseLong(nextLine())).orElseThrow();
        running.close();
        assertThat(process.isAlive()).isFalse();
        assertThat(nextLine()).isEqualTo("stopped");
        assertThat(running.givenUp()).isNotDone();
    }

    @Test
    void anEngineThatDoesNotStopIsKilled() throws Exception {
        SupervisionLimits impatient = new SupervisionLimits(
                Duration.ofMillis(1), Duration.ofMillis(4), Duration.ofSeconds(30), 4, Duration.ofMillis(50), 100);
        LocalEngine stubborn = start(impatient, "trap '' TERM; echo $$; exec cat");
        ProcessHandle process = ProcessHandle.of(Long.parseLong(nextLine())).orElseThrow();
        stubborn.close();
        assertThat(process.isAlive()).isFalse();
        assertThat(ownLines.poll(10, TimeUnit.SECONDS)).contains("is killed");
    }

    @Test
    void itsStandardInputStaysOpenWhileWeLive() throws Exception {
        start("read -r _ && echo line || echo closed; exec cat");
        assertThat(engineLines.poll(200, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void whatIsClosedIsNotStartedAgain() throws Exception {
        LocalEngine running = start("echo $$; exec cat");
        nextLine();
        running.close();
        running.close();
        assertThat(engineLines.poll(100, TimeUnit.MILLISECONDS)).isNull();
    }

    private LocalEngine start(String script) {
        return start(LIMITS, script);
    }

    private LocalEngine start(SupervisionLimits limits, String script) {
        LocalEngine started = new LocalEngine(
                List.of("/bin/sh", "-c", script),
                Map.of("SECRET", "of the environment"),
                limits,
                nowNanos::get,
                engineLines::add,
                ownLines::add);
        engine = started;
        started.start();
        return started;
    }

    private String nextLine() throws InterruptedException {
        String line = engineLines.poll(20, TimeUnit.SECONDS);
        assertThat(line).as("a line from the engine").isNotNull();
        return Objects.requireNonNull(line);
    }
}
