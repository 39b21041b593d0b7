package dev.weir.engine.http;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that decode, render and tokenize, so that a prompt of a megabyte does not hold up the streams of its event loop. They
 * compute, partly in native code, so they are a few platform threads and no virtual ones. Large requests, of which a few could keep every
 * thread busy for seconds, have threads of their own.
 */
final class Workers implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Workers.class);

    /** From this size on a request may take long: a megabyte of text, half a second. */
    static final int LARGE_REQUEST_BYTES = 256 << 10;

    private static final int LARGE_THREADS = 2;

    private final ThreadPoolExecutor pool;
    private final ThreadPoolExecutor largePool;
    private final Preparations preparations = new Preparations();
    private final Semaphore places;

    /**
     * Threads that are started when they are needed.
     *
     * @param name of the threads, before a number
     * @param waitingMax work that waits for a thread, and again as much that waits for a model to wake
     */
    Workers(String name, int threadCount, int waitingMax) {
        places = new Semaphore(waitingMax);
        pool = pool(name, threadCount, waitingMax);
        largePool = pool(name + "-large", Math.min(LARGE_THREADS, threadCount), waitingMax);
    }

    private static ThreadPoolExecutor pool(String name, int threadCount, int waitingMax) {
        AtomicInteger number = new AtomicInteger();
        return new ThreadPoolExecutor(
                threadCount, threadCount, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(waitingMax), task -> {
                    Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /** Runs {@code work} on a worker, then what it returns on the exchange's event loop. */
    void run(Exchange exchange, Supplier<Runnable> work) {
        run(exchange, work, true);
    }

    private void run(Exchange exchange, Supplier<Runnable> work, boolean mayWait) {
        try {
            (exchange.requestBytes() < LARGE_REQUEST_BYTES ? pool : largePool).execute(() -> {
                if (!exchange.isClosed()) {
                    handOver(exchange, outcome(exchange, work, mayWait));
                }
            });
        } catch (RejectedExecutionException _) {
            exchange.fail(ApiError.overloaded("too many requests are being prepared; try again in a moment"));
        }
    }

    private static void handOver(Exchange exchange, Runnable outcome) {
        try {
            exchange.execute(outcome);
        } catch (RejectedExecutionException _) {
            LOG.debug("request {} was prepared after the server had closed", exchange.requestId());
        }
    }

    /** Runs something that nobody waits for; false where there is no place for it. */
    boolean start(Runnable task) {
        try {
            pool.execute(task);
            return true;
        } catch (RejectedExecutionException _) {
            return false;
        }
    }

    /** Waits for the work that is being done now, and not for what waits behind it. */
    boolean awaitThoseBegun(Duration patience) {
        return preparations.awaitThoseBegun(patience);
    }

    private Runnable outcome(Exchange exchange, Supplier<Runnable> work, boolean mayWait) {
        Runnable ended = preparations.begin();
        try {
            return work.get();
        } catch (ApiException e) {
            return () -> exchange.fail(e.error());
        } catch (ModelAsleepException e) {
            return () -> await(e, exchange, work, mayWait);
        } catch (RuntimeException | Error e) {
            LOG.error("request {} could not be prepared", exchange.requestId(), e);
            return () -> exchange.fail(
                    ApiError.internal("the server failed; its log has the reason under this request's id"));
        } finally {
            ended.run();
        }
    }

    /** Holds a request, and no thread, until its model is awake; once, for a model that is asleep again was told to be. */
    @SuppressWarnings("FutureReturnValueIgnored") // it never fails, and what follows is the exchange's
    private void await(ModelAsleepException asleep, Exchange exchange, Supplier<Runnable> work, boolean mayWait) {
        if (!mayWait || !places.tryAcquire()) {
            exchange.fail(asleep.refusal());
            return;
        }
        asleep.awake().whenComplete((_, _) -> {
            places.release();
            exchange.execute(() -> run(exchange, work, false));
        });
    }

    @Override
    public void close() {
        pool.shutdownNow();
        largePool.shutdownNow();
    }
}
