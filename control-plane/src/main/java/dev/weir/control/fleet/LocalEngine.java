package dev.weir.control.fleet;

import dev.weir.control.fleet.RestartPolicy.Decision.GiveUp;
import dev.weir.control.fleet.RestartPolicy.Decision.Restart;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One engine process, kept alive by one thread.
 *
 * <p>Thread-safety: {@link #close} may be called from anywhere at any time; {@code lock} makes sure that no process is started once
 * stopping has begun.
 */
public final class LocalEngine implements AutoCloseable {
    private final List<String> command;
    private final Map<String, String> environment;
    private final SupervisionLimits limits;
    private final RestartPolicy policy;
    private final LongSupplier nanos;
    private final Consumer<String> engineLines;
    private final Consumer<String> ownLines;
    private final Object lock = new Object();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CompletableFuture<String> givenUp = new CompletableFuture<>();
    private final Thread supervisor;
    private volatile boolean everReady;
    /** Held until it is replaced, because its standard input must stay open for as long as it lives. */
    private @Nullable Process process;

    /**
     * @param command the process to start, and to start again
     * @param environment of the process, beside our own
     * @param nanos a monotonic clock
     * @param engineLines takes what the engine prints
     * @param ownLines takes what the supervisor has to say
     */
    public LocalEngine(
            List<String> command,
            Map<String, String> environment,
            SupervisionLimits limits,
            LongSupplier nanos,
            Consumer<String> engineLines,
            Consumer<String> ownLines) {
        this.command = List.copyOf(command);
        this.environment = Map.copyOf(environment);
        this.limits = limits;
        this.policy = new RestartPolicy(limits);
        this.nanos = nanos;
        this.engineLines = engineLines;
        this.ownLines = ownLines;
        this.supervisor = Thread.ofPlatform().name("engine-supervisor").daemon().unstarted(this::supervise);
    }

    /** Starts the engine and returns at once; whether it answers is for the fleet to find out. */
    public void start() {
        supervisor.start();
    }

    /** The engine has answered: from now on its death is an accident and not a refusal to start. */
    public void confirmReady() {
        everReady = true;
    }

    /** Completes with the reason when the engine will not be started again; never where it was stopped in order. */
    public CompletableFuture<String> givenUp() {
        return givenUp;
    }

    /** Asks the engine to stop, waits, kills it if it does not. Closing twice is closing once. */
    @Override
    public void close() {
        Process running;
        synchronized (lock) {
            stopping.countDown();
            running = process;
        }
        if (running != null) {
            stop(running);
        }
    }

    private void supervise() {
        int failuresInARow = 0;
        try {
            while (true) {
                long startedAtNanos = nanos.getAsLong();
                OutputLines output = new OutputLines(engineLines, limits.lineCharsMax());
                Process started = launch();
                if (started == null) {
                    return;
                }
                output.forward(started.inputReader());
                int exitCode = started.waitFor();
                Duration uptime = Duration.ofNanos(nanos.getAsLong() - startedAtNanos);
                failuresInARow = policy.failuresInARow(failuresInARow, uptime);
                if (!goesOn(exitCode, failuresInARow, output.lastWords())) {
                    return;
                }
            }
        } catch (IOException failure) {
            givenUp.complete("the engine could not be started: " + failure.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private @Nullable Process launch() throws IOException {
        synchronized (lock) {
            if (stopping.getCount() == 0) {
                return null;
            }
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().putAll(environment);
            process = builder.start();
            return process;
        }
    }

    /** Whether there is to be another start, after the pause that this waits for. */
    private boolean goesOn(int exitCode, int failuresInARow, @Nullable String lastWords) throws InterruptedException {
        if (stopping.getCount() == 0) {
            return false;
        }
        return switch (policy.decide(exitCode, failuresInARow, everReady)) {
            case Restart(var pause) -> {
                ownLines.accept("the engine exited with code " + exitCode + "; starting it again in " + pause.toMillis()
                        + " ms");
                yield !stopping.await(pause.toNanos(), TimeUnit.NANOSECONDS);
            }
            case GiveUp(var reason) -> {
                givenUp.complete(lastWords == null ? reason : reason + ": " + lastWords);
                yield false;
            }
        };
    }

    private void stop(Process running) {
        // Through the handle: Process.destroy would also close its standard input, which tells the engine to leave
        // without draining.
        running.toHandle().destroy();
        try {
            if (!running.waitFor(limits.stopMax().toNanos(), TimeUnit.NANOSECONDS)) {
                ownLines.accept(
                        "the engine did not stop within " + limits.stopMax().toMillis() + " ms and is killed");
                running.destroyForcibly().waitFor();
            }
            supervisor.join();
        } catch (InterruptedException _) {
            running.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
