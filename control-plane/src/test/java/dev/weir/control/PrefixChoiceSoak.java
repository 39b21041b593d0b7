package dev.weir.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.control.fleet.Fleet;
import dev.weir.control.routing.PrefixPrices;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What choosing engines by warm prefixes is worth on two engines that run a model: when first tokens come under the same open load, by prefix
 * and load, and by least load. The model is of a real shape with random weights: how long it computes does not depend on what it says. How
 * long that is on this machine is measured first, and the load set by it.
 * {@code ./weir test --soak -Dit.test=PrefixChoiceSoak}.
 */
@Timeout(900)
class PrefixChoiceSoak {
    private static final Path MODELS_JAR = WeirProcess.HOME.resolve("models/target/weir-models.jar");
    private static final String SHAPE = "llama-15m";

    /** Of all layers' keys and values of six heads of 48 numbers, two bytes each. */
    private static final int KV_BYTES_PER_TOKEN = 6 * 2 * 6 * 48 * 2;

    private static final int CONTEXTS = 24;
    private static final int CONTEXT_CHARS = 2_800;

    /** Of the contexts, at each engine; each question and its answer take room, too, until they are given up. */
    private static final double ROOM = 0.65;

    /** What by least load engines are to be busy with prompts alone. */
    private static final double BUSY = 0.6;

    /** What may be lost where no two prompts are alike. */
    private static final double LOST_MAX = 0.02;

    /** What the same choice differs by from itself is no loss; so much of it counts, that a machine which is too noisy to tell does not pass. */
    private static final double NOISE_MAX = 0.1;

    private static final int ANSWER_TOKENS = 4;
    private static final Duration WAIT_MAX = Duration.ofMinutes(2);
    private static final Pattern PROMPT = Pattern.compile("\"prompt_tokens\":(\\d+)");
    private static final Pattern FOUND = Pattern.compile("\"cached_tokens\":(\\d+)");

    /** Whether by prefix and load: each choice once in both orders, so that a machine that becomes busy is busy for both. */
    private static final List<Boolean> TURNS = List.of(false, true, true, false);

    /** One answer: when its first token came, and how much of its prompt an engine found computed. */
    private record Seen(double millis, long promptTokens, long foundTokens) {}

    /** What a prompt takes on this machine: one that nothing is known of, and the same again. */
    private record Cost(long promptTokens, double coldMillis, double warmMillis) {}

    /** What either choice made of a load, each time that it was its turn. */
    private record Turns(List<List<Seen>> byLoad, List<List<Seen>> byPrefix) {}

    /** When which prompts come; those of the first so many requests only warm up. */
    private record Load(List<String> texts, int warmUp, double gapMillisMean) {}

    /** The least busy engine, as if nothing were ever warm: a request that runs counts more than any prompt. */
    @Configuration(proxyBeanMethods = false)
    static class LeastLoad {
        @Bean
        PrefixPrices prefixPrices(Fleet fleet) {
            return new PrefixPrices(0, engine -> 100_000 * fleet.requestCount(engine), _ -> 0);
        }
    }

    @TempDir
    private Path directory;

    private final List<String> words = new ArrayList<>();
    private Path model;

    @BeforeEach
    void makeModel() throws Exception {
        assumeTrue(Files.exists(WeirProcess.ENGINE_JAR), "skipped: there is no engine, build engine-java first");
        assumeTrue(Files.exists(MODELS_JAR), "skipped: there is nothing to make a model with, build models first");
        model = directory.resolve("shape.gguf");
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Process making = new ProcessBuilder(Stream.of(
                                java, "-jar", MODELS_JAR, "synth", "--shape", SHAPE, "--dtype", "q8_0", "--out", model)
                        .map(Object::toString)
                        .toList())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(making.waitFor()).isZero();
        for (String line : Files.readAllLines(WeirProcess.HOME.resolve("models/demo/evaluation.jsonl"))) {
            for (JsonNode message : JsonMapper.shared().readTree(line).path("messages")) {
                words.addAll(List.of(message.path("content").asString("").split("\\s+")));
            }
        }
    }

    @Test
    void firstTokensComeTwiceAsSoonByPrefixWhereContextsAreSharedAndNoLaterWhereNoneAre() throws Exception {
        SplittableRandom random = new SplittableRandom(11);
        Cost context = cost(CONTEXT_CHARS, random);
        Cost some = cost(CONTEXT_CHARS / 4, random);
        String kvBytes = Long.toString((long) (ROOM * CONTEXTS * context.promptTokens() * KV_BYTES_PER_TOKEN));
        double likelyMillis = (1 - ROOM) * context.coldMillis() + ROOM * context.warmMillis();
        Load shared = new Load(shared(240, random), 60, likelyMillis / (2 * BUSY));
        Load alone = new Load(alone(400, random), 50, some.coldMillis() / (2 * BUSY));
        System.out.printf(
                Locale.ROOT,
                "%d contexts of %d tokens, %.0f ms cold and %.0f ms warm, room for %.0f at each of two engines; a request every"
                        + " %.0f ms; prompts alone: %d tokens, %.0f ms, every %.0f ms%n",
                CONTEXTS,
                context.promptTokens(),
                context.coldMillis(),
                context.warmMillis(),
                ROOM * CONTEXTS,
                shared.gapMillisMean(),
                some.promptTokens(),
                some.coldMillis(),
                alone.gapMillisMean());
        Turns ofShared = measured("shared contexts", shared, kvBytes);
        Turns ofAlone = measured("no two alike", alone, kvBytes);
        double sooner = p90(ofShared.byLoad()) / p90(ofShared.byPrefix());
        double later = p90(ofAlone.byPrefix()) / p90(ofAlone.byLoad());
        double noise = (noise(ofAlone.byLoad()) + noise(ofAlone.byPrefix())) / 2;
        System.out.printf(
                Locale.ROOT,
                "shared contexts: %.1f times as soon at p90; no two alike: %+.1f %%, where the same choice differs by %.1f %%"
                        + " from itself%n",
                sooner,
                100 * (later - 1),
                100 * noise);
        assertThat(sooner).isGreaterThanOrEqualTo(2);
        assertThat(later).isLessThanOrEqualTo(1 + LOST_MAX + Math.min(noise, NOISE_MAX));
    }

    /** How far the two turns of a choice, which had the very same load, are apart. */
    private static double noise(List<List<Seen>> turns) {
        return Math.abs(p90(turns.subList(0, 1)) / p90(turns.subList(1, 2)) - 1);
    }

    private Turns measured(String what, Load load, String kvBytes) throws Exception {
        Turns turns = new Turns(new ArrayList<>(), new ArrayList<>());
        for (boolean byPrefix : TURNS) {
            List<Seen> seen = waits(load, byPrefix, kvBytes);
            (byPrefix ? turns.byPrefix() : turns.byLoad()).add(seen);
            print(what + (byPrefix ? ", by prefix" : ", by load"), List.of(seen));
        }
        print(what + ", by load, both turns", turns.byLoad());
        print(what + ", by prefix, both turns", turns.byPrefix());
        return turns;
    }

    private static void print(String what, List<List<Seen>> turns) {
        List<Seen> seen = turns.stream().flatMap(List::stream).toList();
        System.out.printf(
                Locale.ROOT,
                "%s: %d requests, first token p50 %.1f ms, p90 %.1f ms; %.1f %% of prompts found computed%n",
                what,
                seen.size(),
                quantile(seen, 0.5),
                quantile(seen, 0.9),
                100.0
                        * seen.stream().mapToLong(Seen::foundTokens).sum()
                        / seen.stream().mapToLong(Seen::promptTokens).sum());
    }

    private static double p90(List<List<Seen>> turns) {
        return quantile(turns.stream().flatMap(List::stream).toList(), 0.9);
    }

    private static double quantile(List<Seen> seen, double share) {
        return seen.stream()
                .map(Seen::millis)
                .sorted()
                .skip((long) (share * seen.size()))
                .findFirst()
                .orElseThrow();
    }

    /** Of an engine that has nothing else to do; the medians. */
    private Cost cost(int chars, SplittableRandom random) throws Exception {
        List<Seen> cold = new ArrayList<>();
        List<Seen> warm = new ArrayList<>();
        try (EngineProcess engine = new EngineProcess(model.toString(), "--kv-cache-bytes", "200000000");
                RunningControlPlane weir = new RunningControlPlane(List.of(), "--weir.engines[0]=" + engine.url());
                HttpClient http = client()) {
            weir.awaitReadyCount(1);
            for (int i = 0; i < 9; i++) {
                String context = text(chars, random);
                cold.add(ask(http, request(weir.uri("/v1/chat/completions"), context + "\n" + text(100, random))));
                warm.add(ask(http, request(weir.uri("/v1/chat/completions"), context + "\n" + text(100, random))));
            }
        }
        Comparator<Seen> soonest = Comparator.comparingDouble(Seen::millis);
        Seen middle = cold.stream().sorted(soonest).skip(4).findFirst().orElseThrow();
        return new Cost(
                middle.promptTokens(),
                middle.millis(),
                warm.stream().sorted(soonest).skip(4).findFirst().orElseThrow().millis());
    }

    private static HttpClient client() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    private List<Seen> waits(Load load, boolean byPrefix, String kvBytes) throws Exception {
        try (EngineProcess first = new EngineProcess(model.toString(), "--kv-cache-bytes", kvBytes);
                EngineProcess second = new EngineProcess(model.toString(), "--kv-cache-bytes", kvBytes);
                RunningControlPlane weir = controlPlane(byPrefix, first, second);
                HttpClient http = client();
                ScheduledExecutorService arrivals = Executors.newScheduledThreadPool(1)) {
            weir.awaitReadyCount(2);
            SplittableRandom random = new SplittableRandom(12); // at the same times, however engines are chosen
            List<CompletableFuture<Seen>> waits = new ArrayList<>();
            double atMillis = 0;
            for (String text : load.texts()) {
                atMillis += -load.gapMillisMean() * Math.log(1 - random.nextDouble());
                HttpRequest request = request(weir.uri("/v1/chat/completions"), text);
                CompletableFuture<Seen> wait = new CompletableFuture<>();
                waits.add(wait);
                Future<?> _ = arrivals.schedule(
                        () -> Thread.ofVirtual().start(() -> answer(http, request, wait)),
                        (long) (1e6 * atMillis),
                        TimeUnit.NANOSECONDS);
            }
            return waits.stream()
                    .skip(load.warmUp())
                    .map(CompletableFuture::join)
                    .toList();
        }
    }

    private static RunningControlPlane controlPlane(boolean byPrefix, EngineProcess first, EngineProcess second) {
        List<String> settings =
                new ArrayList<>(List.of("--weir.engines[0]=" + first.url(), "--weir.engines[1]=" + second.url()));
        if (!byPrefix) {
            settings.add("--spring.main.sources=" + LeastLoad.class.getName());
            settings.add("--spring.main.allow-bean-definition-overriding=true");
        }
        return new RunningControlPlane(List.of(), settings.toArray(String[]::new));
    }

    private static HttpRequest request(URI uri, String text) {
        return HttpRequest.newBuilder(uri)
                .timeout(WAIT_MAX)
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(JsonMapper.shared()
                        .writeValueAsString(Map.of(
                                "model",
                                "shape",
                                "stream",
                                true,
                                "stream_options",
                                Map.of("include_usage", true),
                                "max_tokens",
                                ANSWER_TOKENS,
                                "messages",
                                List.of(Map.of("role", "user", "content", text))))))
                .build();
    }

    private static void answer(HttpClient http, HttpRequest request, CompletableFuture<Seen> wait) {
        try {
            wait.complete(ask(http, request));
        } catch (IOException | InterruptedException | AssertionError failure) {
            wait.completeExceptionally(failure);
        }
    }

    private static Seen ask(HttpClient http, HttpRequest request) throws IOException, InterruptedException {
        long beganNanos = System.nanoTime();
        HttpResponse<InputStream> answer = http.send(request, BodyHandlers.ofInputStream());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), UTF_8))) {
            String line = lines.readLine();
            while (line != null && !line.startsWith("data: ")) { // comments that say that it waits
                line = lines.readLine();
            }
            double millis = (System.nanoTime() - beganNanos) / 1e6;
            String rest = lines.readAllAsString();
            assertThat(rest).endsWith("data: [DONE]\n\n");
            return new Seen(millis, last(PROMPT, rest), last(FOUND, rest));
        }
    }

    private static long last(Pattern number, String text) {
        return number.matcher(text)
                .results()
                .mapToLong(found -> Long.parseLong(found.group(1)))
                .reduce(0, (_, next) -> next);
    }

    /** Questions, each behind one of the contexts. */
    private List<String> shared(int count, SplittableRandom random) {
        List<String> contexts = Stream.generate(() -> text(CONTEXT_CHARS, random))
                .limit(CONTEXTS)
                .toList();
        return Stream.generate(() -> contexts.get(random.nextInt(CONTEXTS)) + "\n" + text(100, random))
                .limit(count)
                .toList();
    }

    private List<String> alone(int count, SplittableRandom random) {
        return Stream.generate(() -> text(CONTEXT_CHARS / 8 + random.nextInt(CONTEXT_CHARS / 4), random))
                .limit(count)
                .toList();
    }

    /** Words of the demo models' domain in an order that nobody wrote. */
    private String text(int chars, SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        while (text.length() < chars) {
            text.append(words.get(random.nextInt(words.size()))).append(' ');
        }
        return text.substring(0, chars);
    }
}
