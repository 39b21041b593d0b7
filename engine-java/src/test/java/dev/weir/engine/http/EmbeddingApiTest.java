package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.engine.DoubleLlama;
import dev.weir.engine.TestEngine;
import dev.weir.engine.TestModels;
import dev.weir.engine.http.ApiClient.Answer;
import dev.weir.engine.lifecycle.ModelSettings;
import dev.weir.engine.model.DType;
import dev.weir.engine.model.ModelDirectory;
import dev.weir.engine.model.TensorTypes;
import dev.weir.engine.request.Pooling;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EmbeddingApiTest {

    private static final String PATH = "/v1/embeddings";
    private static final int HIDDEN_SIZE = 64;

    /** The KV cache rounds to BF16 and the reference does not; the angle between the two is what is left. */
    private static final double COSINE_MIN = 0.9999;

    private final TestEngine engine = TestEngine.start(TestModels.TINY_LLAMA);
    private final ApiClient client = new ApiClient(engine);
    private final DoubleLlama reference =
            DoubleLlama.open(ModelDirectory.open(TestModels.fixture(TestModels.TINY_LLAMA)));

    @AfterAll
    void close() {
        client.close();
        engine.close();
    }

    @Test
    void vectorIsTheLastTokensHiddenStateAtLengthOne() {
        int[] ids = new Random(1).ints(40, 0, 256).toArray();
        double[] expected = unit(reference.hiddenStates(ids)[ids.length - 1]);
        double[] actual =
                vectors(post("{\"input\":" + Arrays.toString(ids) + "}")).getFirst();
        assertThat(dot(actual, actual)).isCloseTo(1, within(1e-6));
        assertThat(dot(actual, expected)).isGreaterThan(COSINE_MIN);
    }

    @Test
    void aloneAndBatchedAndChunkedTheVectorsAreTheSameBits() {
        Random random = new Random(2); // some longer than a step
        List<int[]> inputs = IntStream.range(0, 70)
                .mapToObj(index -> random.ints(1 + random.nextInt(index % 7 == 0 ? 300 : 40), 0, 256)
                        .toArray())
                .toList();
        String list = inputs.stream().map(Arrays::toString).collect(Collectors.joining(",", "[", "]"));
        Answer together = post("{\"input\":" + list + "}");
        assertThat(together.json().path("usage").path("prompt_tokens").intValue())
                .isEqualTo(inputs.stream().mapToInt(input -> input.length).sum());
        for (int index = 0; index < inputs.size(); index += 9) {
            JsonNode alone = post("{\"input\":" + Arrays.toString(inputs.get(index)) + "}")
                    .json();
            assertThat(together.json().path("data").path(index).path("embedding"))
                    .isEqualTo(alone.path("data").path(0).path("embedding"));
            assertThat(together.json().path("data").path(index).path("index").intValue())
                    .isEqualTo(index);
        }
    }

    @Test
    void meanIsTakenOverAllTokens() {
        ModelSettings mean =
                new ModelSettings(TensorTypes.of(DType.F32), OptionalLong.empty(), OptionalInt.empty(), Pooling.MEAN);
        try (TestEngine other = TestEngine.start(mean, TestModels.TINY_LLAMA);
                ApiClient its = new ApiClient(other)) {
            int[] ids = new Random(3).ints(150, 0, 256).toArray();
            double[] sum = new double[HIDDEN_SIZE];
            for (double[] state : reference.hiddenStates(ids)) {
                Arrays.setAll(sum, i -> sum[i] + state[i]);
            }
            double[] actual = vectors(its.post(PATH, "{\"input\":" + Arrays.toString(ids) + "}"))
                    .getFirst();
            assertThat(actual).containsExactly(unit(sum), within(1e-5));
        }
    }

    @Test
    void textIsEmbeddedAsItsTokens() {
        Answer text = post("{\"model\":\"tiny-llama\",\"input\":[\"hello\",\"hello there\"]}");
        JsonNode ids =
                client.post("/tokenize", "{\"prompt\":\"hello there\"}").json().path("tokens");
        Answer same = post("{\"input\":" + ids + "}");
        assertThat(text.json().path("data").path(1).path("embedding"))
                .isEqualTo(same.json().path("data").path(0).path("embedding"));
        assertThat(text.json().path("model").asString()).isEqualTo("tiny-llama");
        assertThat(text.json().path("object").asString()).isEqualTo("list");
    }

    @Test
    void dimensionsAreCutBeforeTheLengthBecomesOne() {
        double[] whole = vectors(post("{\"input\":[5,6,7]}")).getFirst();
        double[] cut = vectors(post("{\"input\":[5,6,7],\"dimensions\":10}")).getFirst();
        assertThat(cut).hasSize(10);
        double[] expected = unit(Arrays.copyOf(whole, 10));
        assertThat(cut).containsExactly(expected, within(1e-6));
    }

    @Test
    void base64IsLittleEndianFloats() {
        double[] numbers = vectors(post("{\"input\":[5,6,7],\"encoding_format\":\"float\"}"))
                .getFirst();
        String base64 = post("{\"input\":[5,6,7],\"encoding_format\":\"base64\"}")
                .json()
                .path("data")
                .path(0)
                .path("embedding")
                .asString();
        ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(base64)).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(bytes.remaining()).isEqualTo(HIDDEN_SIZE * Float.BYTES);
        for (double number : numbers) {
            assertThat(bytes.getFloat()).isEqualTo((float) number);
        }
    }

    @Test
    void promptMayFillTheContextAndNoMore() {
        int context =
                client.get("/v1/models/tiny-llama").json().path("max_model_len").intValue();
        assertThat(post("{\"input\":" + Arrays.toString(new int[context]) + "}").status())
                .isEqualTo(200);
        Answer refused = post("{\"input\":" + Arrays.toString(new int[context + 1]) + "}");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.error().path("code").asString()).isEqualTo("context_length_exceeded");
        assertThat(refused.error().path("param").asString()).isEqualTo("input");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|input|is missing",
                "{\"input\":[]}|input|at least one token",
                "{\"input\":\"\",\"add_special_tokens\":false}|input|at least one token",
                "{\"input\":[[1],[]]}|input|at least one token",
                "{\"input\":7}|input|must be a string, a list of token ids, or a list of either",
                "{\"input\":[1,100000]}|input|the model's vocabulary has ids 0 to 296",
                "{\"input\":\"a\",\"dimensions\":0}|dimensions|must be in [1, 64]",
                "{\"input\":\"a\",\"dimensions\":65}|dimensions|must be in [1, 64]",
                "{\"input\":\"a\",\"encoding_format\":\"hex\"}|encoding_format|must be float or base64: hex",
            })
    void badInputIsRefusedByName(String body, String field, String reason) {
        Answer refused = post(body);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.error().path("param").asString()).isEqualTo(field);
        assertThat(refused.error().path("message").asString()).contains(reason);
    }

    @Test
    void tooManyInputsAreRefusedByTheirNumber() {
        String inputs = IntStream.range(0, 2049).mapToObj(_ -> "[1]").collect(Collectors.joining(",", "[", "]"));
        Answer refused = post("{\"input\":" + inputs + "}");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.error().path("message").asString()).contains("input has 2049 elements, the limit is 2048");
    }

    private Answer post(String body) {
        return client.post(PATH, body);
    }

    private static List<double[]> vectors(Answer answer) {
        assertThat(answer.status()).as(answer.http().body()).isEqualTo(200);
        return StreamSupport.stream(answer.json().path("data").spliterator(), false)
                .map(element -> StreamSupport.stream(element.path("embedding").spliterator(), false)
                        .mapToDouble(JsonNode::doubleValue)
                        .toArray())
                .toList();
    }

    private static double[] unit(double[] vector) {
        double length = Math.sqrt(dot(vector, vector));
        return Arrays.stream(vector).map(element -> element / length).toArray();
    }

    private static double dot(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
    }
}
