package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.http.HttpClient;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Engines are killed, as by {@code kill -9}, under fifty streams, and every client sees its answer whole, once, and word for word what it
 * is when nobody dies. {@code -Dweir.kills=20} kills as often.
 */
class EngineDeathIT {
    private static final String MODEL = "weir-demo-mid";
    private static final int STREAMS = 50;
    private static final int KILLS = Integer.getInteger("weir.kills", 1);
    private static final Duration WAIT_MAX = Duration.ofSeconds(90);

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES) // of many kills
    void noAnswerIsLostCutOrToldTwiceWhenEnginesAreKilled() throws Exception {
        assumeTrue(Files.exists(WeirProcess.ENGINE_JAR), "skipped: there is no engine, build engine-java first");
        try (EngineProcess first = new EngineProcess(MODEL);
                EngineProcess second = new EngineProcess(MODEL);
                RunningControlPlane weir = new RunningControlPlane(
                        List.of(),
                        "--weir.engines[0]=" + first.url(),
                        "--weir.engines[1]=" + second.url(),
                        "--weir.upstream.resume-wait-max=60s");
                HttpClient http = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .build()) {
            weir.awaitReadyCount(2);
            List<SeenStream> expected = ask(http, weir, new CountDownLatch(STREAMS)).stream()
                    .map(CompletableFuture::join)
                    .toList();
            assertThat(expected).allMatch(SeenStream::isWhole);
            for (int kill = 0; kill < KILLS; kill++) {
                EngineProcess victim = kill % 2 == 0 ? first : second;
                CountDownLatch begun = new CountDownLatch(STREAMS);
                List<CompletableFuture<SeenStream>> streams = ask(http, weir, begun);
                assertThat(begun.await(WAIT_MAX.toSeconds(), TimeUnit.SECONDS)).isTrue();
                long over = streams.stream().filter(CompletableFuture::isDone).count();
                victim.kill();
                List<SeenStream> seen =
                        streams.stream().map(CompletableFuture::join).toList();
                System.out.printf("kill %d: %d of %d streams were still running%n", kill + 1, STREAMS - over, STREAMS);
                assertThat(seen).as("after kill %s", kill + 1).isEqualTo(expected);
                victim.restart();
                weir.awaitReadyCount(2);
            }
            assertThat(weir.underWayCount()).isZero();
        }
    }

    private static List<CompletableFuture<SeenStream>> ask(
            HttpClient http, RunningControlPlane weir, CountDownLatch begun) {
        List<CompletableFuture<SeenStream>> streams = new ArrayList<>();
        for (int seed = 0; seed < STREAMS; seed++) {
            streams.add(SeenStream.ask(http, weir.uri("/v1/chat/completions"), "none", MODEL, seed, begun));
        }
        return streams;
    }
}
