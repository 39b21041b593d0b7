package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything at once for half an hour: all kinds of requests through a control plane in a process of its own, over two engines of which one is
 * killed every 90 seconds under fifty streams. {@code ./weir test --soak} runs it; {@code -Dweir.soak.minutes} and
 * {@code -Dweir.soak.kill-seconds} make it shorter.
 */
class RequestPathSoak {
    private static final Duration LENGTH = Duration.ofMinutes(Integer.getInteger("weir.soak.minutes", 30));
    private static final Duration KILL_EVERY = Duration.ofSeconds(Integer.getInteger("weir.soak.kill-seconds", 90));
    private static final Duration WAIT_MAX = Duration.ofMinutes(2);
    private static final String MODEL = "weir-demo-mid";
    private static final int STREAMS = 50;
    private static final int WORKERS = 6;
    private static final int SLOTS = STREAMS + WORKERS;

    /** Files that a process opens once, in its own time: jars, the database's. */
    private static final int FILES_SLACK = 24;

    private static final double HEAP_GROWTH_MIB_MAX = 24;
    private static final double RESIDENT_GROWTH_MIB_MAX = 96;

    @TempDir
    private Path directory;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    @Timeout(value = 90, unit = TimeUnit.MINUTES)
    void halfAnHourOfEverythingLeavesNothingBehind() throws Exception {
        assumeTrue(
                Files.exists(WeirProcess.ENGINE_JAR) && Files.exists(WeirProcess.CONTROL_JAR),
                "skipped: there are no jars, ./weir test --soak builds them");
        Path configuration = Files.writeString(
                directory.resolve("weir.yaml"),
                "weir: {upstream: {resume-wait-max: 60s}, ingress: {heartbeat-every: 1s}}\n");
        try (EngineProcess first = new EngineProcess(MODEL);
                EngineProcess second = new EngineProcess(MODEL);
                WeirProcess weir = WeirProcess.control(
                                "--engine=" + first.url(), "--engine=" + second.url(), "--config=" + configuration)
                        .awaitReady()) {
            limit(weir, "CONCURRENCY", "AT_ONCE", SLOTS);
            limit(weir, "OUTPUT_TOKENS", "DAY", 1_000_000_000);
            awaitReady(weir, 2);
            List<SeenStream> expected = streams(weir, new CountDownLatch(STREAMS)).stream()
                    .map(CompletableFuture::join)
                    .toList();
            assertThat(expected).allMatch(SeenStream::isWhole);
            ProcessMemory memory = new ProcessMemory(weir.pid());
            long filesBefore = memory.openFileCount();
            MixedLoad load = new MixedLoad(weir.uri("/"), weir.adminKey(), MODEL, WORKERS);
            long begunNanos = System.nanoTime();
            int kills = 0;
            while (System.nanoTime() - begunNanos < LENGTH.toNanos()) {
                long roundNanos = System.nanoTime();
                EngineProcess victim = kills % 2 == 0 ? first : second;
                killUnderStreams(weir, victim, ++kills, expected);
                victim.restart();
                awaitReady(weir, 2);
                LockSupport.parkNanos(KILL_EVERY.toNanos() - (System.nanoTime() - roundNanos));
                memory.sample(weir.uri("/actuator/prometheus"));
            }
            load.end();
            System.out.printf(
                    Locale.ROOT,
                    "soak: %.1f min, %d kills under %d streams each, %s%n",
                    Duration.ofNanos(System.nanoTime() - begunNanos).toSeconds() / 60.0,
                    kills,
                    STREAMS,
                    load.summary());
            System.out.println("soak: " + memory.summary());
            assertNothingIsLeft(weir, List.of(first, second), memory, filesBefore);
            assertThat(load.failures()).isEmpty();
            assertThat(memory.heapGrowthMib()).isLessThan(HEAP_GROWTH_MIB_MAX);
            assertThat(memory.residentGrowthMib()).isLessThan(RESIDENT_GROWTH_MIB_MAX);
        }
    }

    private void killUnderStreams(WeirProcess weir, EngineProcess victim, int kill, List<SeenStream> expected)
            throws IOException, InterruptedException {
        CountDownLatch begun = new CountDownLatch(STREAMS);
        List<CompletableFuture<SeenStream>> streams = streams(weir, begun);
        assertThat(begun.await(WAIT_MAX.toSeconds(), TimeUnit.SECONDS)).isTrue();
        long over = streams.stream().filter(CompletableFuture::isDone).count();
        victim.kill();
        List<SeenStream> seen = streams.stream().map(CompletableFuture::join).toList();
        System.out.printf("soak: kill %d, %d of %d streams were still running%n", kill, STREAMS - over, STREAMS);
        assertThat(seen).as("after kill %s", kill).isEqualTo(expected);
    }

    private List<CompletableFuture<SeenStream>> streams(WeirProcess weir, CountDownLatch begun) {
        List<CompletableFuture<SeenStream>> streams = new ArrayList<>();
        for (int seed = 0; seed < STREAMS; seed++) {
            streams.add(SeenStream.ask(http, weir.uri("/v1/chat/completions"), weir.adminKey(), MODEL, seed, begun));
        }
        return streams;
    }

    /** Slots, leases, blocks and connections are as if nobody had ever asked. */
    private void assertNothingIsLeft(
            WeirProcess weir, List<EngineProcess> engines, ProcessMemory memory, long filesBefore) throws IOException {
        await().atMost(WAIT_MAX).untilAsserted(() -> {
            String metrics = get(weir.uri("/actuator/prometheus"));
            assertThat(value(metrics, "weir_engine_requests_under_way")).isZero();
            assertThat(value(metrics, "weir_quota_held")).isZero();
            for (EngineProcess engine : engines) {
                String its = get(URI.create(engine.url() + "/metrics"));
                assertThat(value(its, "vllm:num_requests_running")).isZero();
                assertThat(value(its, "vllm:num_requests_waiting")).isZero();
                assertThat(value(its, "vllm:kv_cache_usage_perc")).isZero();
            }
            assertThat(memory.openFileCount()).isLessThanOrEqualTo(filesBefore + FILES_SLACK);
        });
        System.out.printf(
                "soak: left are 0 requests, 0 leases, 0 blocks; open files %d, %d before%n",
                memory.openFileCount(), filesBefore);
    }

    /** The sum over all series of that name. */
    private static double value(String metrics, String name) {
        return metrics.lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private void awaitReady(WeirProcess weir, int count) {
        await().atMost(WAIT_MAX)
                .until(() -> value(get(weir.uri("/actuator/prometheus")), "weir_engine_ready") == count);
    }

    private String get(URI uri) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri).timeout(WAIT_MAX).build(), BodyHandlers.ofString())
                .body();
    }

    private void limit(WeirProcess weir, String metric, String period, int max)
            throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(weir.uri("/admin/limits"))
                        .header("authorization", "Bearer " + weir.adminKey())
                        .header("content-type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"tenant\":\"default\",\"metric\":\"" + metric
                                + "\",\"period\":\"" + period + "\",\"max\":" + max + "}"))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    }
}
