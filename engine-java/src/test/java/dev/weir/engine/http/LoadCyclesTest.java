package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.TestEngine;
import dev.weir.engine.TestModels;
import dev.weir.engine.ffi.NativeLibrary.LiveHandles;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;
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

    private static final Pattern HEAP = Pattern.compile("\\[0x(\\p{XDigit}+),.*?0x(\\p{XDigit}+)\\)");
    private static final Pattern MAPPING = Pattern.compile("(\\p{XDigit}+)-\\p{XDigit}+ ");

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

    /**
     * What is resident, without the pages of Java's heap and what the JVM took for code and classes: these grow and shrink as they like. How much of
     * the heap is resident, the JVM does not know, but where it is.
     */
    private static long bytesBesideTheJvms() throws IOException {
        Matcher heap = HEAP.matcher(heapInfo());
        assertThat(heap.find()).isTrue();
        long heapBegin = Long.parseUnsignedLong(heap.group(1), 16);
        long heapEnd = Long.parseUnsignedLong(heap.group(2), 16);
        long bytes =
                -ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage().getCommitted();
        boolean ofHeap = false;
        for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
            Matcher mapping = MAPPING.matcher(line);
            if (mapping.lookingAt()) {
                long begin = Long.parseUnsignedLong(mapping.group(1), 16);
                ofHeap = begin >= heapBegin && begin < heapEnd;
            } else if (!ofHeap && line.startsWith("Rss:")) {
                bytes += Long.parseLong(line.replaceAll("\\D", "")) << 10;
            }
        }
        return bytes;
    }

    private static String heapInfo() {
        try {
            return (String) ManagementFactory.getPlatformMBeanServer()
                    .invoke(new ObjectName("com.sun.management:type=DiagnosticCommand"), "gcHeapInfo", null, null);
        } catch (JMException e) {
            throw new AssertionError("this JVM does not tell where its heap is", e);
        }
    }
}
