package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.TestEngine;
import dev.weir.engine.TestModels;
import dev.weir.engine.ffi.NativeLibrary.LiveHandles;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A process may load and unload models for ever: no native handle, file, thread or metric stays behind, nor memory worth speaking of. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "only Linux tells what a process holds in /proc")
class LoadCyclesTest {

    private static final String MODEL = TestModels.TINY_LLAMA;
    private static final int WARM_UP = 20;
    private static final int CYCLES = 200;

    /** A fifth of a model's weights and KV cache in each cycle would be twice as much. */
    private static final long GROWTH_BYTES_MAX = 96L << 20;

    private record Held(LiveHandles handles, long files, long threads, long metrics) {}

    @Test
    void twoHundredLoadsLeaveNothing() throws IOException {
        try (TestEngine engine = TestEngine.start(MODEL);
                ApiClient client = new ApiClient(engine)) {
            cycle(client, WARM_UP);
            Held before = held(engine, client);
            assertThat(before.handles()).isEqualTo(new LiveHandles(1, 0, 1));
            long bytesBefore = bytesBesideTheJvms();
            cycle(client, CYCLES);
            assertThat(held(engine, client)).isEqualTo(before);
            assertThat(bytesBesideTheJvms() - bytesBefore)
                    .as("growth of resident memory")
                    .isLessThan(GROWTH_BYTES_MAX);
        }
    }

    private static void cycle(ApiClient client, int times) {
        String verbs = "/v2/repository/models/" + MODEL + "/";
        for (int i = 0; i < times; i++) {
            boolean asleep = i % 2 == 1;
            assertThat(client.post(verbs + (asleep ? "sleep" : "unload"), "").status())
                    .isEqualTo(200);
            assertThat(client.post(verbs + (asleep ? "wake" : "load"), "").status())
                    .isEqualTo(200);
            String request = "{\"model\":\"" + MODEL + "\",\"prompt\":[1,2,3],\"max_tokens\":2}";
            assertThat(client.post("/v1/completions", request).status()).isEqualTo(200);
        }
    }

    private static Held held(TestEngine engine, ApiClient client) throws IOException {
        return new Held(
                engine.liveHandles(),
                count("fd", _ -> true),
                count("task", LoadCyclesTest::isOfAnEngine),
                client.text("/metrics").lines().count());
    }

    private static long count(String folder, Predicate<Path> counts) throws IOException {
        try (Stream<Path> entries = Files.list(Path.of("/proc/self", folder))) {
            return entries.filter(counts).count();
        }
    }

    /** The loop's thread, and the native workers, which have its name; the JVM's own come and go as they like. */
    private static boolean isOfAnEngine(Path task) {
        try {
            return Files.readString(task.resolve("comm")).startsWith("engine-");
        } catch (IOException _) {
            return false; // it has just ended
        }
    }

    /** What is resident, without what the JVM took for its heap and its code, which grow as they like while it is young. */
    private static long bytesBesideTheJvms() throws IOException {
        System.gc();
        MemoryMXBean jvm = ManagementFactory.getMemoryMXBean();
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            String line = lines.filter(status -> status.startsWith("VmRSS:"))
                    .findFirst()
                    .orElseThrow();
            return (Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    - jvm.getHeapMemoryUsage().getCommitted()
                    - jvm.getNonHeapMemoryUsage().getCommitted();
        }
    }
}
