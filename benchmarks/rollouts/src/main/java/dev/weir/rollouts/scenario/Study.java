package dev.weir.rollouts.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongFunction;

/**
 * Plays something once for each seed. What comes out depends on the seeds alone, not on the threads.
 *
 * @param seedCount how often
 */
public record Study(int seedCount, int threadCount, long firstSeed) {
    private static final int CHUNK_SEEDS = 16;

    public Study {
        if (seedCount < 1 || threadCount < 1) {
            throw new IllegalArgumentException(
                    "seeds and threads must be at least 1: " + seedCount + ", " + threadCount);
        }
    }

    public <T> List<T> play(LongFunction<T> once) {
        List<Future<List<T>>> chunks = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(threadCount)) {
            for (int from = 0; from < seedCount; from += CHUNK_SEEDS) {
                long begin = firstSeed + from;
                int count = Math.min(CHUNK_SEEDS, seedCount - from);
                chunks.add(threads.submit(() -> {
                    List<T> results = new ArrayList<>(count);
                    for (long seed = begin; seed < begin + count; seed++) {
                        results.add(once.apply(seed));
                    }
                    return results;
                }));
            }
            List<T> all = new ArrayList<>(seedCount);
            for (Future<List<T>> chunk : chunks) {
                all.addAll(chunk.get());
            }
            return all;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while playing", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a seed failed", e.getCause());
        }
    }
}
