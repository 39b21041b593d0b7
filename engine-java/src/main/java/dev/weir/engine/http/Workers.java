package dev.weir.engine.http;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that decode, render and tokenize, so that a prompt of a megabyte does not hold up the streams of its event loop. They
 * compute, partly in native code, so they are a few platform threads and no virtual ones.
 */
final class Workers implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Workers.class);

    private final ThreadPoolExecutor pool;

    Workers(int threadCount, int waitingMax) {
        AtomicInteger number = new AtomicInteger();
        pool = new ThreadPoolExecutor(
                threadCount, threadCount, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(waitingMax), task -> {
                    Thread thread = new Thread(task, "weir-prepare-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /** Runs {@code work} on a worker, then what it returns on the exchange's event loop. */
    void run(Exchange exchange, Supplier<Runnable> work) {
        try {
            pool.execute(() -> {
                if (!exchange.isClosed()) {
                    exchange.execute(outcome(exchange, work));
                }
            });
        } catch (RejectedExecutionException _) {
            exchange.fail(ApiError.overloaded("too many requests are being prepared; try again in a moment"));
        }
    }

    private static Runnable outcome(Exchange exchange, Supplier<Runnable> work) {
        try {
            return work.get();
        } catch (ApiException e) {
            return () -> exchange.fail(e.error());
        } catch (RuntimeException | Error e) {
            LOG.error("request {} could not be prepared", exchange.requestId(), e);
            return () -> exchange.fail(
                    ApiError.internal("the server failed; its log has the reason under this request's id"));
        }
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
