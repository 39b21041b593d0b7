package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.Embedding;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.models.Model;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The product as its user meets it: {@code weir serve} and its engine as real processes, a model that ships with it, and OpenAI's own
 * Java client, unchanged.
 */
class EndToEndIT {
    private static final String MODEL = "weir-demo-fast";
    private static final String MODEL_DIRECTORY =
            WeirProcess.HOME.resolve("models/demo").resolve(MODEL).toString();
    private static final String QUESTION = "Hello! What can you help me with?";
    private static final Duration WAIT_MAX = Duration.ofSeconds(60);

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static WeirProcess weir;
    private static OpenAIClient openai;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(Files.exists(WeirProcess.ENGINE_JAR), "skipped: there is no engine, build engine-java first");
        weir = WeirProcess.serve("--model", MODEL_DIRECTORY).awaitReady();
        openai = OpenAIOkHttpClient.builder()
                .baseUrl(weir.uri("/v1").toString())
                .apiKey(weir.adminKey())
                .build();
    }

    @AfterAll
    static void stop() {
        if (openai != null) {
            openai.close();
        }
        if (weir != null) {
            weir.close();
        }
    }

    @Test
    void theModelIsListed() {
        assertThat(openai.models().list().data()).extracting(Model::id).containsExactly(MODEL);
    }

    @Test
    void aStreamedAnswerIsTheWholeAnswerInPieces() {
        ChatCompletion whole = openai.chat().completions().create(ask().build());
        assertThat(text(whole, 0)).isNotBlank();
        assertThat(streamed(ask().build())).isEqualTo(text(whole, 0));
    }

    @Test
    void aStreamEndsWithTheUsageThatWasAskedFor() {
        ChatCompletionCreateParams params = ask().streamOptions(
                        ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .build();
        try (StreamResponse<ChatCompletionChunk> chunks =
                openai.chat().completions().createStreaming(params)) {
            List<ChatCompletionChunk> all = chunks.stream().toList();
            assertThat(all.getFirst().choices().getFirst().delta().role()).isPresent();
            assertThat(all.getLast().choices()).isEmpty();
            assertThat(all.getLast().usage()).hasValueSatisfying(usage -> {
                assertThat(usage.promptTokens()).isPositive();
                assertThat(usage.completionTokens()).isPositive();
                assertThat(usage.totalTokens()).isEqualTo(usage.promptTokens() + usage.completionTokens());
            });
        }
    }

    @Test
    void anAnswerStopsBeforeItsStopWord() {
        String whole = text(openai.chat().completions().create(ask().build()), 0);
        String stop = whole.substring(whole.length() / 2, whole.length() / 2 + 3);
        ChatCompletion stopped =
                openai.chat().completions().create(ask().stop(stop).build());
        assertThat(text(stopped, 0)).isEqualTo(whole.substring(0, whole.indexOf(stop)));
        assertThat(stopped.choices().getFirst().finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.STOP);
        assertThat(streamed(ask().stop(stop).build())).isEqualTo(text(stopped, 0));
    }

    @Test
    void theSameSeedGivesTheSameAnswerAndOthersDiffer() {
        List<String> answers = IntStream.range(0, 8)
                .mapToObj(seed ->
                        text(openai.chat().completions().create(hot(seed).build()), 0))
                .toList();
        assertThat(text(openai.chat().completions().create(hot(3).build()), 0)).isEqualTo(answers.get(3));
        assertThat(streamed(hot(3).build())).isEqualTo(answers.get(3));
        assertThat(answers.stream().distinct().count()).isGreaterThan(1);
    }

    @Test
    void severalAnswersToOneQuestionComeNumbered() {
        ChatCompletion several = openai.chat().completions().create(hot(1).n(3).build());
        assertThat(several.choices()).extracting(ChatCompletion.Choice::index).containsExactly(0L, 1L, 2L);
    }

    @Test
    void textsBecomeVectorsOfLengthOne() {
        CreateEmbeddingResponse answer = openai.embeddings()
                .create(EmbeddingCreateParams.builder()
                        .model(MODEL)
                        .inputOfArrayOfStrings(List.of(QUESTION, "Hello!", QUESTION))
                        .dimensions(32)
                        .build());
        assertThat(answer.data()).extracting(Embedding::index).containsExactly(0L, 1L, 2L);
        assertThat(answer.data()).allSatisfy(one -> {
            assertThat(one.embedding()).hasSize(32);
            assertThat(one.embedding().stream().mapToDouble(x -> x * x).sum()).isCloseTo(1, within(1e-5));
        });
        assertThat(answer.data().get(0).embedding())
                .isEqualTo(answer.data().get(2).embedding())
                .isNotEqualTo(answer.data().get(1).embedding());
        assertThat(answer.usage().promptTokens())
                .isPositive()
                .isEqualTo(answer.usage().totalTokens());
    }

    @Test
    void anUnknownModelIsNotFound() {
        assertThatThrownBy(() -> openai.chat()
                        .completions()
                        .create(ask().model("gpt-unknown").build()))
                .isInstanceOfSatisfying(NotFoundException.class, failure -> {
                    assertThat(failure.code()).hasValue("model_not_found");
                    assertThat(failure).hasMessageContaining(MODEL);
                });
    }

    @Test
    void anAbsurdNumberIsABadRequestThatNamesItsField() {
        assertThatThrownBy(() -> openai.chat()
                        .completions()
                        .create(ask().temperature(-1.0).build()))
                .isInstanceOfSatisfying(
                        BadRequestException.class,
                        failure -> assertThat(failure.param()).hasValue("temperature"));
    }

    @Test
    void aPromptLongerThanTheContextIsABadRequestWithItsOwnCode() {
        ChatCompletionCreateParams tooLong =
                ask().addUserMessage("ferry ".repeat(20_000)).build();
        assertThatThrownBy(() -> openai.chat().completions().create(tooLong))
                .isInstanceOfSatisfying(
                        BadRequestException.class,
                        failure -> assertThat(failure.code()).hasValue("context_length_exceeded"));
    }

    @Test
    void malformedJsonIsABadRequestInTheSameEnvelope() throws Exception {
        HttpResponse<String> response = HTTP.send(
                HttpRequest.newBuilder(weir.uri("/v1/chat/completions"))
                        .header("authorization", "Bearer " + weir.adminKey())
                        .POST(HttpRequest.BodyPublishers.ofString("{\"model\":"))
                        .build(),
                BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).startsWith("{\"error\":{\"message\":").contains("invalid_request_error");
    }

    @Test
    void aClientThatLeavesFreesTheEnginesBlocks() throws Exception {
        String body = "{\"model\":\"" + MODEL + "\",\"stream\":true,\"n\":8,\"ignore_eos\":true,\"temperature\":1,"
                + "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
        double abortedBefore = metric("vllm:request_success_total", "finished_reason=\"abort\"");
        try (Socket client =
                new Socket(InetAddress.getLoopbackAddress(), weir.uri("/").getPort())) {
            RunningControlPlane.send(
                    client, "/v1/chat/completions", "authorization: Bearer " + weir.adminKey() + "\r\n", body);
            RunningControlPlane.readUntil(client, text -> text.contains("data: "));
        }
        await().atMost(WAIT_MAX).untilAsserted(() -> {
            assertThat(metric("vllm:num_requests_running", "")).isZero();
            assertThat(metric("vllm:num_requests_waiting", "")).isZero();
            assertThat(metric("vllm:kv_cache_usage_perc", "")).isZero();
        });
        assertThat(metric("vllm:request_success_total", "finished_reason=\"abort\""))
                .isGreaterThan(abortedBefore);
    }

    @Test
    void beingToldToStopIsSuccessAndLeavesNothingBehind() throws Exception {
        try (WeirProcess other = WeirProcess.serve("--model", MODEL_DIRECTORY).awaitReady()) {
            ProcessHandle engine = other.engine();
            other.terminate();
            assertThat(other.awaitExit()).isZero();
            assertThat(engine.isAlive()).isFalse();
            assertThat(other.output()).noneMatch(line -> line.contains("starting it again"));
        }
    }

    @Test
    void anEngineDoesNotOutliveAControlPlaneThatIsKilled() throws Exception {
        try (WeirProcess other = WeirProcess.serve("--model", MODEL_DIRECTORY).awaitReady()) {
            ProcessHandle engine = other.engine();
            other.killHard();
            await().atMost(WAIT_MAX).until(() -> !engine.isAlive());
        }
    }

    @Test
    void aModelThatIsNotThereIsToldInOneLine() throws Exception {
        try (WeirProcess failing = WeirProcess.serve("--model", "/nonexistent/model")) {
            assertThat(failing.awaitExit()).isNotZero();
            assertThat(failing.output().getLast()).startsWith("weir: ").contains("/nonexistent/model");
        }
    }

    @Test
    void aKeyOutlivesTheProcessThatMadeItAndIsNotShownAgain(@TempDir Path data) throws Exception {
        String key;
        try (WeirProcess first = serve(data)) {
            key = first.adminKey();
            first.terminate();
            first.awaitExit();
        }
        try (WeirProcess second = serve(data)) {
            assertThat(ask(second, key).statusCode()).isEqualTo(200);
            assertThat(ask(second, key.substring(0, key.length() - 1) + "!").statusCode())
                    .isEqualTo(401);
            second.terminate();
            second.awaitExit();
            assertThat(second.output()).noneMatch(line -> line.contains("wk-"));
        }
    }

    @Test
    void whatWasBookedOutlivesAKill(@TempDir Path data) throws Exception {
        String key;
        try (WeirProcess first = serve(data)) {
            key = first.adminKey();
            assertThat(ask(first, key).statusCode()).isEqualTo(200);
            await().atMost(WAIT_MAX).until(() -> costs(first, key).contains("\"status\":\"200\""));
            first.killHard();
            first.awaitExit();
        }
        try (WeirProcess second = serve(data)) {
            assertThat(costs(second, key)).contains("\"status\":\"200\"", "\"model\":\"" + MODEL + "\"");
        }
    }

    private static String costs(WeirProcess process, String key) throws IOException, InterruptedException {
        return HTTP.send(
                        HttpRequest.newBuilder(process.uri("/admin/costs?by=model,key,status"))
                                .header("authorization", "Bearer " + key)
                                .build(),
                        BodyHandlers.ofString())
                .body();
    }

    @Test
    void aDataDirectoryInUseIsToldInOneLine(@TempDir Path data) throws Exception {
        try (WeirProcess _ = serve(data);
                WeirProcess failing =
                        WeirProcess.serve("--model", MODEL_DIRECTORY, "--data-directory", data.toString())) {
            assertThat(failing.awaitExit()).isEqualTo(2);
            assertThat(failing.output())
                    .anyMatch(line -> line.startsWith("weir: ")
                            && line.contains("--data-directory")
                            && line.contains(data.toString()));
        }
    }

    @Test
    void withoutKeysItServesTheLoopbackAddressOnly() throws Exception {
        try (WeirProcess open = WeirProcess.serve("--model", MODEL_DIRECTORY, "--insecure-no-auth")) {
            open.awaitReady();
            assertThat(ask(open, "none").statusCode()).isEqualTo(200);
        }
        try (WeirProcess failing = WeirProcess.serve("--insecure-no-auth", "--host", "0.0.0.0")) {
            assertThat(failing.awaitExit()).isEqualTo(2);
            assertThat(failing.output()).singleElement().asString().contains("--insecure-no-auth", "0.0.0.0");
        }
    }

    private static WeirProcess serve(Path data) throws IOException, InterruptedException {
        return WeirProcess.serve("--model", MODEL_DIRECTORY, "--data-directory", data.toString())
                .awaitReady();
    }

    @Test
    void aPortInUseIsToldInOneLine() throws Exception {
        try (WeirProcess failing = WeirProcess.serveOn(weir.uri("/").getPort(), "--model", MODEL_DIRECTORY)) {
            assertThat(failing.awaitExit()).isEqualTo(2);
            assertThat(failing.output()).singleElement().asString().contains("--port");
        }
    }

    private static ChatCompletionCreateParams.Builder ask() {
        return ChatCompletionCreateParams.builder()
                .model(MODEL)
                .addUserMessage(QUESTION)
                .temperature(0.0)
                .maxCompletionTokens(48);
    }

    /** So hot that equal answers are no accident. */
    private static ChatCompletionCreateParams.Builder hot(long seed) {
        return ask().temperature(1.5)
                .putAdditionalBodyProperty("seed", JsonValue.from(seed))
                .putAdditionalBodyProperty("ignore_eos", JsonValue.from(true));
    }

    private static String text(ChatCompletion completion, int choice) {
        return completion.choices().get(choice).message().content().orElseThrow();
    }

    private static String streamed(ChatCompletionCreateParams params) {
        try (StreamResponse<ChatCompletionChunk> chunks =
                openai.chat().completions().createStreaming(params)) {
            return chunks.stream()
                    .flatMap(chunk -> chunk.choices().stream())
                    .flatMap(choice -> choice.delta().content().stream())
                    .collect(Collectors.joining());
        }
    }

    private static HttpResponse<String> ask(WeirProcess process, String key) throws IOException, InterruptedException {
        String body = "{\"model\":\"" + MODEL
                + "\",\"max_tokens\":4,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
        return HTTP.send(
                HttpRequest.newBuilder(process.uri("/v1/chat/completions"))
                        .header("authorization", "Bearer " + key)
                        .timeout(WAIT_MAX)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    /** The sum of a metric's series with such labels, as the engine tells it. */
    private static double metric(String name, String labels) throws IOException, InterruptedException {
        HttpResponse<String> metrics =
                HTTP.send(HttpRequest.newBuilder(weir.engineUri("/metrics")).build(), BodyHandlers.ofString());
        return metrics.body()
                .lines()
                .filter(line -> line.startsWith(name) && line.contains(labels))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
