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
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What choosing engines by warm prefixes is worth on two engines that run a model, each of which holds about half of the contexts that questions
 * come with: what is found computed and when first tokens come under the same open load, by prefix and load, and by load alone. For the latter
 * each request writes its JSON in another way: to the engines it is the same prompt, and to the control plane no two are alike.
 * {@code ./weir test --soak -Dit.test=PrefixChoiceSoak}.
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
    private static final Pattern PROMPT = Pattern.compile("\"prompt_tokens\":(\\d+)");
    private static final Pattern FOUND = Pattern.compile("\"cached_tokens\":(\\d+)");

    /** One answer: when its first token came, and how much of its prompt an engine found computed. */
    private record Seen(double millis, long promptTokens, long foundTokens) {}

    @Test
    void moreOfThePromptsIsFoundComputedByPrefixThanByLoad() throws Exception {
        assumeTrue(Files.exists(WeirProcess.ENGINE_JAR), "skipped: there is no engine, build engine-java first");
        List<String> contexts = contexts();
        List<Seen> byLoad = new ArrayList<>();
        List<Seen> byPrefix = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) { // in turns, so that a machine that becomes busy is busy for both
            byLoad.addAll(waits(contexts, false));
            byPrefix.addAll(waits(contexts, true));
        }
        print("by load", byLoad);
        print("by prefix", byPrefix);
        assertThat(foundShare(byPrefix)).isGreaterThan(foundShare(byLoad));
    }

    private static void print(String how, List<Seen> seen) {
        System.out.printf(
                Locale.ROOT,
                "%d contexts on two engines, %s: first token p50 %.1f ms, p90 %.1f ms; %.1f %% of prompts found computed%n",
                CONTEXTS,
                how,
                quantile(seen, 0.5),
                quantile(seen, 0.9),
                100 * foundShare(seen));
    }

    private static double foundShare(List<Seen> seen) {
        return seen.stream().mapToLong(Seen::foundTokens).sum()
                / (double) seen.stream().mapToLong(Seen::promptTokens).sum();
    }

    private static double quantile(List<Seen> seen, double share) {
        return seen.stream()
                .map(Seen::millis)
                .sorted()
                .skip((long) (share * seen.size()))
                .findFirst()
                .orElseThrow();
    }

    private static List<Seen> waits(List<String> contexts, boolean byPrefix) throws Exception {
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
            List<CompletableFuture<Seen>> waits = new ArrayList<>();
            double atMillis = 0;
            for (int i = 0; i < REQUESTS; i++) {
                atMillis += -GAP_MILLIS_MEAN * Math.log(1 - random.nextDouble());
                String text = contexts.get(random.nextInt(CONTEXTS)) + "\nQuestion " + i + ": when does it leave?";
                HttpRequest request = request(weir, text, byPrefix ? "" : spaces(spaces));
                CompletableFuture<Seen> wait = new CompletableFuture<>();
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
                        + "\",\"stream\":true,\"stream_options\":{\"include_usage\":true},\"max_tokens\":4,\"messages\":["
                        + spaces + message + "]}"))
                .build();
    }

    private static String spaces(SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < SPACES; i++) {
            text.append(" \n\t\r".charAt(random.nextInt(4)));
        }
        return text.toString();
    }

    private static void ask(HttpClient http, HttpRequest request, CompletableFuture<Seen> wait) {
        long beganNanos = System.nanoTime();
        try {
            HttpResponse<InputStream> answer = http.send(request, BodyHandlers.ofInputStream());
            try (InputStream body = answer.body()) {
                int firstByte = body.read();
                double millis = (System.nanoTime() - beganNanos) / 1e6;
                String rest = (char) firstByte + new String(body.readAllBytes(), UTF_8);
                assertThat(rest).startsWith("data: ").endsWith("data: [DONE]\n\n");
                wait.complete(new Seen(millis, last(PROMPT, rest), last(FOUND, rest)));
            }
        } catch (IOException | InterruptedException | AssertionError failure) {
            wait.completeExceptionally(failure);
        }
    }

    private static long last(Pattern number, String text) {
        return number.matcher(text)
                .results()
                .mapToLong(found -> Long.parseLong(found.group(1)))
                .reduce(0, (_, next) -> next);
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
