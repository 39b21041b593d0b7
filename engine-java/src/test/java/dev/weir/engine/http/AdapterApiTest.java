package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.engine.DoubleLlama;
import dev.weir.engine.EngineConfig.AdapterSettings;
import dev.weir.engine.EngineConfig.AdapterSource;
import dev.weir.engine.TestAdapter;
import dev.weir.engine.TestEngine;
import dev.weir.engine.TestModels;
import dev.weir.engine.adapters.AdapterRoots;
import dev.weir.engine.http.ApiClient.Answer;
import dev.weir.engine.lifecycle.ModelSettings;
import dev.weir.engine.model.DType;
import dev.weir.engine.model.ModelDirectory;
import dev.weir.engine.model.TensorTypes;
import dev.weir.engine.request.Pooling;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Adapters over a real engine: one that it starts with, and others that come and go. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdapterApiTest {

    private static final String MODEL = TestModels.TINY_LLAMA;
    private static final String LOAD = "/v1/load_lora_adapter";
    private static final String UNLOAD = "/v1/unload_lora_adapter";

    private final ModelDirectory model = ModelDirectory.open(TestModels.fixture(MODEL));

    private Path directory = Path.of("");
    private Path root = directory;
    private TestAdapter resident;
    private TestAdapter second;
    private TestEngine engine;
    private ApiClient client;

    @BeforeAll
    void start(@TempDir Path temporary) {
        directory = temporary;
        root = directory.resolve("adapters");
        resident = TestAdapter.write(root.resolve("resident"), model, 8, 1);
        second = TestAdapter.write(root.resolve("second"), model, 3, 2);
        TestAdapter.write(directory.resolve("elsewhere"), model, 3, 2);
        ModelDirectory stranger = ModelDirectory.open(TestModels.fixture(TestModels.TINY_QWEN3));
        TestAdapter.write(root.resolve("stranger"), stranger, 3, 2);
        TensorTypes exact = new TensorTypes(null, null, DType.F32);
        AdapterSettings adapters = new AdapterSettings(
                List.of(new AdapterSource("resident", Optional.empty(), resident.directory())),
                new AdapterRoots(List.of(root)));
        engine = TestEngine.start(
                TestEngine.Setup.defaults()
                        .with(adapters)
                        .with(new ModelSettings(exact, OptionalLong.empty(), OptionalInt.empty(), Pooling.LAST_TOKEN)),
                MODEL);
        client = new ApiClient(engine);
    }

    @AfterAll
    void close() {
        client.close();
        engine.close();
    }

    private static String request(String model, int[] prompt, int tokens, String more) {
        return "{\"model\":\"%s\",\"prompt\":%s,\"max_tokens\":%d,\"ignore_eos\":true,\"temperature\":0,\"return_token_ids\":true%s}"
                .formatted(model, Arrays.toString(prompt), tokens, more);
    }

    private List<Integer> answer(String model, int[] prompt, int tokens) {
        JsonNode answer = client.post("/v1/completions", request(model, prompt, tokens, ""))
                .json();
        return ids(answer.path("choices").path(0).path("token_ids"));
    }

    private static List<Integer> ids(JsonNode array) {
        assertThat(array.isArray()).as("%s", array).isTrue();
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::intValue)
                .toList();
    }

    private static int[] prompt(int seed, int tokens) {
        return new Random(seed).ints(tokens, 0, 256).toArray();
    }

    private DoubleLlama merged(TestAdapter adapter) {
        DoubleLlama reference = DoubleLlama.open(model);
        adapter.mergeInto(reference);
        return reference;
    }

    private static String load(String name, Path path, String more) {
        return "{\"lora_name\":%s,\"lora_path\":%s%s}"
                .formatted(
                        JsonMapper.shared().writeValueAsString(name),
                        JsonMapper.shared().writeValueAsString(path.toString()),
                        more);
    }

    private void loaded(String name, TestAdapter adapter, String more) {
        HttpResponse<String> answer = client.postRaw(LOAD, load(name, adapter.directory(), more));
        assertThat(answer.body()).isEqualTo("Success: LoRA adapter '" + name + "' added successfully.");
        assertThat(answer.statusCode()).isEqualTo(200);
    }

    private int unload(String name) {
        return client.postRaw(UNLOAD, "{\"lora_name\":\"" + name + "\"}").statusCode();
    }

    private void assertRefused(String name, Path path, String more, String param, String words) {
        Answer answer = client.post(LOAD, load(name, path, more));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error().path("param").asString()).isEqualTo(param);
        assertThat(answer.error().path("message").asString()).contains(words);
    }

    @Test
    void adapterIsAModelWithAParent() {
        JsonNode adapter = client.get("/v1/models/resident").json();
        assertThat(adapter.path("id").asString()).isEqualTo("resident");
        assertThat(adapter.path("parent").asString()).isEqualTo(MODEL);
        assertThat(adapter.path("max_model_len"))
                .isEqualTo(client.get("/v1/models/" + MODEL).json().path("max_model_len"));
        assertThat(client.get("/v1/models").json().path("data"))
                .contains(adapter)
                .anySatisfy(listed -> assertThat(listed.has("parent")).isFalse());
    }

    @Test
    void vectorIsThatOfTheMergedWeights() {
        int[] prompt = prompt(1, 90);
        double[] state = merged(resident).hiddenStates(prompt)[prompt.length - 1];
        double length = Math.sqrt(Arrays.stream(state).map(x -> x * x).sum());
        double[] expected = Arrays.stream(state).map(x -> x / length).toArray();
        JsonNode vector = client.post(
                        "/v1/embeddings", "{\"model\":\"resident\",\"input\":" + Arrays.toString(prompt) + "}")
                .json()
                .path("data")
                .path(0)
                .path("embedding");
        double[] actual = StreamSupport.stream(vector.spliterator(), false)
                .mapToDouble(JsonNode::doubleValue)
                .toArray();
        assertThat(actual).containsExactly(expected, within(1e-5));
    }

    @Test
    void greedyAnswerIsThatOfTheMergedWeights() {
        int[] prompt = prompt(2, 20);
        DoubleLlama reference = merged(resident);
        int[] known = prompt;
        List<Integer> expected = new ArrayList<>();
        while (expected.size() < 12) {
            expected.add(reference.next(known));
            known = IntStream.concat(Arrays.stream(known), IntStream.of(expected.getLast()))
                    .toArray();
        }
        assertThat(answer("resident", prompt, 12)).isEqualTo(expected).isNotEqualTo(answer(MODEL, prompt, 12));
    }

    @Test
    void together_adaptersAndTheModelAnswerAsTheyDoAlone() throws ExecutionException, InterruptedException {
        loaded("b", second, "");
        List<String> models = List.of("b", MODEL, "resident", "b", "resident", MODEL);
        List<List<Integer>> alone = IntStream.range(0, 24)
                .mapToObj(i -> answer(models.get(i % models.size()), prompt(i / 6, 5 + i), 40))
                .toList();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<Integer>>> together = IntStream.range(0, 24)
                    .mapToObj(i ->
                            clients.submit(() -> answer(models.get(i % models.size()), prompt(i / 6, 5 + i), 40)))
                    .toList();
            for (int i = 0; i < together.size(); i++) {
                assertThat(together.get(i).get()).as("answer %d", i).isEqualTo(alone.get(i));
            }
        }
        assertThat(unload("b")).isEqualTo(200);
    }

    /** With the first one's keys and values in the prefix cache, had they the same key. */
    @Test
    void nameThatIsGivenToAnotherAdapterMeansThatOneFromThereOn() {
        int[] prompt = prompt(3, 70);
        loaded("c", resident, "");
        List<Integer> first = answer("c", prompt, 10);
        assertThat(first).isEqualTo(answer("resident", prompt, 10));
        assertThat(unload("c")).isEqualTo(200);
        loaded("c", second, "");
        List<Integer> other = answer("c", prompt, 10);
        assertThat(other).isNotEqualTo(first);
        loaded("c", resident, ",\"load_inplace\":true");
        assertThat(answer("c", prompt, 10)).isEqualTo(first);
        assertThat(unload("c")).isEqualTo(200);
        assertThat(unload("c")).isEqualTo(404);
        Answer gone = client.post("/v1/completions", request("c", prompt, 1, ""));
        assertThat(gone.status()).isEqualTo(404);
        assertThat(gone.error().path("code").asString()).isEqualTo("model_not_found");
    }

    @Test
    void answersThatBeganBeforeAnUnloadEndWithWhatTheyBeganWith() throws ExecutionException, InterruptedException {
        int[] prompt = prompt(4, 30);
        List<Integer> undisturbed = answer("resident", prompt, 300);
        loaded("d", resident, "");
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<Integer>>> running = IntStream.range(0, 12)
                    .mapToObj(_ -> clients.submit(() -> answerOrGone("d", prompt, 300)))
                    .toList();
            for (int i = 0; i < 4; i++) { // each time another adapter under the same name
                assertThat(unload("d")).isEqualTo(200);
                loaded("d", resident, "");
            }
            for (Future<List<Integer>> answer : running) {
                assertThat(answer.get()).isIn(undisturbed, List.of());
            }
        }
        assertThat(unload("d")).isEqualTo(200);
    }

    @Test
    void adaptersSleepAndWakeWithTheirModelUnlessTheyWentMeanwhile() throws IOException {
        int[] prompt = prompt(5, 20);
        TestAdapter lost = TestAdapter.write(root.resolve("lost"), model, 2, 3);
        loaded("kept", second, "");
        loaded("lost", lost, "");
        List<Integer> expected = answer("kept", prompt, 10);
        move("sleep");
        assertThat(client.get("/v1/models/kept").status()).isEqualTo(404);
        Files.delete(lost.directory().resolve("adapter_config.json"));
        move("wake");
        assertThat(answer("kept", prompt, 10)).isEqualTo(expected);
        assertThat(client.get("/v1/models/resident").status()).isEqualTo(200);
        assertThat(client.get("/v1/models/lost").status()).isEqualTo(404);
        assertThat(unload("kept")).isEqualTo(200);
    }

    private void move(String verb) {
        assertThat(client.post("/v2/repository/models/" + MODEL + "/" + verb, "{}")
                        .status())
                .isEqualTo(200);
    }

    /** Empty where the adapter was unloaded before the request could begin. */
    private List<Integer> answerOrGone(String model, int[] prompt, int tokens) {
        Answer answer = client.post("/v1/completions", request(model, prompt, tokens, ""));
        if (answer.status() == 404) {
            return List.of();
        }
        return ids(answer.json().path("choices").path(0).path("token_ids"));
    }

    @Test
    void whatCannotBeLoadedIsRefusedByName() {
        assertRefused("e", directory.resolve("elsewhere"), "", "lora_path", "within those that --lora-root names");
        assertRefused("e", root.resolve("absent"), "", "lora_path", "within those that --lora-root names");
        assertRefused("e", root, "", "lora_path", "adapter_config.json: is missing");
        assertRefused("resident", root.resolve("second"), "", "lora_name", "there is an adapter resident already");
        assertRefused(MODEL, root.resolve("second"), "", "lora_name", "is taken");
        assertRefused("", root.resolve("second"), "", "lora_name", "an adapter's name has 1 to 256 characters");
        assertRefused("e", root.resolve("stranger"), "", "lora_name", "shape");
        assertRefused(
                "e",
                root.resolve("second"),
                ",\"base_model_name\":\"resident\"",
                "base_model_name",
                "is an adapter itself");
        assertThat(client.post(LOAD, "{\"lora_path\":\"x\"}")
                        .error()
                        .path("message")
                        .asString())
                .contains("lora_name is missing");
        assertThat(client.get("/v1/models/e").status()).isEqualTo(404);
    }

    @Test
    void pageInABrowserMayNotMoveAdapters() {
        for (String path : List.of(LOAD, UNLOAD)) {
            HttpResponse<String> answer = client.send(client.request(path)
                    .header("origin", "http://localhost")
                    .POST(BodyPublishers.ofString(load("f", root.resolve("second"), "")))
                    .build());
            assertThat(answer.statusCode()).isEqualTo(403);
        }
    }
}
