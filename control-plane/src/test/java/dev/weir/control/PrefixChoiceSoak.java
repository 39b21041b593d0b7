package dev.weir.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What choosing engines by warm prefixes is worth on two engines that run a model, each of which holds about half of the contexts that questions
 * come with: first tokens under the same open load, by prefix and load, and by load alone. For the latter each request writes its JSON in another
 * way: to the engines it is the same prompt, and to the control plane no two are alike. {@code ./weir test --soak -Dit.test=PrefixChoiceSoak}.
 */
class PrefixChoiceSoak {
    private static final String MODEL = "weir-demo-power";
    private static final int CONTEXTS = 24;
    private static final int CONTEXT_CHARS = 1_100; // about 400 of the model's 512 tokens

    /** Some 420 blocks of 16 tokens, of which a context takes 26. */
    private static final String KV_CACHE_BYTES = "15500000";

    private static final int REQUESTS = 300;
    private static final int WARM_UP = 75;

    /** So that two engines of one thread each are not at their end even where others want the same processors. */
    private static final double GAP_MILLIS_MEAN = 150;

    private static final int ROUNDS = 2;
    private static final int SPACES = 16;
    private static final Duration WAIT_MAX = Duration.ofMinutes(2);

    @Test
    void firstTokensComeAtLeastTwiceAsSoonByPrefixAsByLoad() throws Exception {
        assumeTrue(Files.exists(WeirProcess.ENGINE_JAR), "skipped: there is no engine, build engine-java first");
        List<String> contexts = contexts();
        List<Double> byLoad = new ArrayList<>();
        List<Double> byPrefix = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) { // in turns, so that a machine that becomes busy is busy for both
            byLoad.addAll(waits(contexts, false));
            byPrefix.addAll(waits(contexts, true));
        }
        System.out.printf(
                Locale.ROOT,
                "time to the first token, two engines, %d contexts: by load p50 %.1f, p90 %.1f ms; by prefix p50 %.1f, p90 %.1f ms%n",
                CONTEXTS,
                quantile(byLoad, 0.5),
                quantile(byLoad, 0.9),
                quantile(byPrefix, 0.5),
                quantile(byPrefix, 0.9));
        assertThat(quantile(byLoad, 0.9)).isGreaterThanOrEqualTo(2 * quantile(byPrefix, 0.9));
    }

    private static double quantile(List<Double> waits, double share) {
        return waits.stream()
                .sorted()
                .skip((long) (share * waits.size()))
                .findFirst()
                .orElseThrow();
    }

    private static List<Double> waits(List<String> contexts, boolean byPrefix) throws Exception {
        try (EngineProcess first = new EngineProcess(MODEL, "--kv-cache-bytes", KV_CACHE_BYTES);
                EngineProcess second = new EngineProcess(MODEL, "--kv-cache-bytes", KV_CACHE_BYTES);
                RunningControlPlane weir = new RunningControlPlane(
                        List.of(), "--weir.engines[0]=" + first.url(), "--weir.engines[1]=" + second.url());
                HttpClient http = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .build();
                ScheduledExecutorService arrivals = Executors.newScheduledThreadPool(1)) {
            weir.awaitReadyCount(2);
            SplittableRandom random =
                    new SplittableRandom(11); // the same questions at the same times, however engines are chosen
            SplittableRandom spaces = new SplittableRandom(12);
            List<CompletableFuture<Double>> waits = new ArrayList<>();
            double atMillis = 0;
            for (int i = 0; i < REQUESTS; i++) {
                atMillis += -GAP_MILLIS_MEAN * Math.log(1 - random.nextDouble());
                String text = contexts.get(random.nextInt(CONTEXTS)) + "\nQuestion " + i + ": when does it leave?";
                HttpRequest request = request(weir, text, byPrefix ? "" : spaces(spaces));
                CompletableFuture<Double> wait = new CompletableFuture<>();
                waits.add(wait);
                Future<?> _ = arrivals.schedule(
                        () -> Thread.ofVirtual().start(() -> ask(http, request, wait)),
                        (long) (1e6 * atMillis),
                        TimeUnit.NANOSECONDS);
            }
            return waits.stream().skip(WARM_UP).map(CompletableFuture::join).toList();
        }
    }

    private static HttpRequest request(RunningControlPlane weir, String text, String spaces) {
        String message = JsonMapper.shared().writeValueAsString(Map.of("role", "user", "content", text));
        return HttpRequest.newBuilder(weir.uri("/v1/chat/completions"))
                .timeout(WAIT_MAX)
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString("{\"model\":\"" + MODEL
                        + "\",\"stream\":true,\"max_tokens\":4,\"messages\":[" + spaces + message + "]}"))
                .build();
    }

    private static String spaces(SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < SPACES; i++) {
            text.append(" \n\t\r".charAt(random.nextInt(4)));
        }
        return text.toString();
    }

    private static void ask(HttpClient http, HttpRequest request, CompletableFuture<Double> wait) {
        long beganNanos = System.nanoTime();
        try {
            HttpResponse<InputStream> answer = http.send(request, BodyHandlers.ofInputStream());
            try (InputStream body = answer.body()) {
                int firstByte = body.read();
                double millis = (System.nanoTime() - beganNanos) / 1e6;
                String rest = (char) firstByte + new String(body.readAllBytes(), UTF_8);
                assertThat(rest).startsWith("data: ").endsWith("data: [DONE]\n\n");
                wait.complete(millis);
            }
        } catch (IOException | InterruptedException | AssertionError failure) {
            wait.completeExceptionally(failure);
        }
    }

    /** Of the demo models' own domain, so that they are of as many tokens as such texts are. */
    private static List<String> contexts() throws IOException {
        List<String> contexts = new ArrayList<>();
        StringBuilder context = new StringBuilder();
        for (String line : Files.readAllLines(WeirProcess.HOME.resolve("models/demo/evaluation.jsonl"))) {
            for (JsonNode message : JsonMapper.shared().readTree(line).path("messages")) {
                context.append(message.path("content").asString("")).append('\n');
            }
            if (context.length() >= CONTEXT_CHARS && contexts.size() < CONTEXTS) {
                contexts.add(context.substring(0, CONTEXT_CHARS));
                context.setLength(0);
            }
        }
        assertThat(contexts).hasSize(CONTEXTS);
        return contexts;
    }
}
