package dev.weir.engine.http;

import static dev.weir.engine.http.ConcurrentStreamsTest.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.TestEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What an engine holds for its clients: nothing, once they are gone. Files and threads are counted where the system tells them.
 *
 * @param files open in this process
 * @param threads of the engine, by name: its pools start theirs one by one, so that a baseline is taken after some use
 */
record Holdings(long files, Set<String> threads) {

    private static final Set<String> THREADS = Set.of("engine-", "weir-", "multiThreadIoEventLoop", "nioEventLoop");

    /** How it is now, when every request has ended. */
    static Holdings of(TestEngine engine) {
        awaitNoRequests(engine);
        return new Holdings(openFiles(), threadNames());
    }

    /** Fails unless, within the test's time limit, everything is as it was. */
    void awaitAgain(TestEngine engine) {
        awaitNoRequests(engine);
        await(() -> openFiles() <= files); // a closed connection is noticed a little later
        assertThat(threadNames()).isEqualTo(threads);
    }

    private static void awaitNoRequests(TestEngine engine) {
        await(() -> engine.ownedBlocks() == 0);
        try (ApiClient client = new ApiClient(engine)) {
            await(() -> client.text("/metrics")
                    .lines()
                    .filter(line -> line.startsWith("vllm:num_requests_running{")
                            || line.startsWith("vllm:num_requests_waiting{"))
                    .allMatch(line -> Double.parseDouble(line.substring(line.indexOf('}') + 1)) == 0));
        }
    }

    private static long openFiles() {
        Path folder = Path.of("/proc/self/fd");
        if (!Files.isDirectory(folder)) {
            return 0;
        }
        return count(folder, _ -> true);
    }

    private static Set<String> threadNames() {
        Set<String> names = new TreeSet<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (THREADS.stream().anyMatch(thread.getName()::startsWith)) {
                names.add(thread.getName());
            }
        }
        return names;
    }

    private static long count(Path folder, Predicate<Path> counts) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(counts).count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
