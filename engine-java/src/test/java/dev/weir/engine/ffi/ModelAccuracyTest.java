package dev.weir.engine.ffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.engine.TestModels;
import dev.weir.engine.execution.Continuation;
import dev.weir.engine.execution.ExecutorLimits;
import dev.weir.engine.model.DType;
import dev.weir.engine.model.ModelDirectory;
import dev.weir.engine.model.TensorTypes;
import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.scheduling.StepPlan;
import dev.weir.engine.scheduling.StepResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Whole models against logits that other implementations computed: those of the test data in FP32, those of our own fixtures in FP64. The
 * error of a vector of logits is the largest absolute difference over the largest expected magnitude.
 */
class ModelAccuracyTest {

    /** FP32 throughout: what is left is the order of sums (measured: at most 8e-7). */
    private static final double FLOAT32_ERROR_MAX = 1e-5;

    /**
     * Weights as stored, arithmetic in FP32, keys and values rounded to BF16's 8 significant bits: each is off by at most 2^-9 of
     * itself, and the layers of these models let that grow by less than one order of magnitude (measured: 1e-3 to 4e-3; where the
     * weights are FP16, and so keys and values too, 2e-4 to 5e-4).
     */
    private static final double BFLOAT16_ERROR_MAX = 1e-2;

    private static final int BLOCK_TOKENS = 16;
    private static final int GREEDY_TOKENS = 8;

    @SuppressWarnings("ArrayRecordComponent") // compared element by element
    private record Case(int[] prompt, float[] lastLogits, int[] argmax, List<Integer> greedy, double top2Margin) {}

    @ParameterizedTest
    @MethodSource("dev.weir.engine.TestModels#fixtures")
    void fixtureAgreesInFloat32(Path directory) {
        assertAgrees(directory, DType.F32);
    }

    @ParameterizedTest
    @MethodSource("dev.weir.engine.TestModels#fixtures")
    void fixtureAgreesAsStored(Path directory) {
        assertAgrees(directory, null);
    }

    @Test
    void testDataModelsAgree() {
        List<Path> models = TestModels.fromTestData();
        assumeTrue(
                !models.isEmpty(),
                () -> "no models under " + TestModels.testData()
                        + ": set weir.testdata or WEIR_TESTDATA to check them");
        for (Path model : models) {
            assertAgrees(model, DType.F32);
            assertAgrees(model, null);
        }
    }

    private static void assertAgrees(Path path, @Nullable DType dtype) {
        ModelDirectory directory = ModelDirectory.open(path);
        try (NativeModel model =
                NativeLibrary.load().loadModel(directory.config(), directory.weights(), TensorTypes.of(dtype))) {
            List<Case> cases = cases(path);
            for (int i = 0; i < cases.size(); i++) {
                String name = path.getFileName() + " case " + i + (dtype == null ? " as stored" : " in float32");
                if (dtype == DType.F32) {
                    assertExact(name, model, cases.get(i));
                } else {
                    assertWithinBfloat16(name, model, cases.get(i));
                }
            }
        }
    }

    private static void assertExact(String name, NativeModel model, Case expected) {
        Evaluation actual = evaluate(model, expected.prompt());
        assertThat(error(actual.lastLogits(), expected.lastLogits())).as(name).isLessThan(FLOAT32_ERROR_MAX);
        assertThat(actual.argmax()).as(name).isEqualTo(expected.argmax());
        assertThat(greedy(model, expected.prompt())).as(name).isEqualTo(expected.greedy());
    }

    private static void assertWithinBfloat16(String name, NativeModel model, Case expected) {
        Evaluation actual = evaluate(model, expected.prompt());
        assertThat(error(actual.lastLogits(), expected.lastLogits())).as(name).isLessThan(BFLOAT16_ERROR_MAX);
        if (expected.top2Margin() > 2 * BFLOAT16_ERROR_MAX * magnitude(expected.lastLogits())) {
            int last = expected.prompt().length - 1;
            assertThat(actual.argmax()[last]).as(name).isEqualTo(expected.argmax()[last]);
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // compared element by element
    private record Evaluation(float[] lastLogits, int[] argmax) {}

    /** One step over the prompt, with the most likely id after each of its tokens. */
    private static Evaluation evaluate(NativeModel model, int[] prompt) {
        int tokens = prompt.length;
        try (CpuModelExecutor executor = executor(model, tokens, true)) {
            StepPlan plan = new StepPlan(tokens, 1);
            StepResult result = new StepResult(tokens, 0);
            plan.beginSequence(0);
            IntStream.range(0, Math.ceilDiv(tokens, BLOCK_TOKENS)).forEach(plan::addBlock);
            for (int tokenId : prompt) {
                plan.addToken(tokenId);
                plan.sampleHere(SamplingParams.greedy());
            }
            executor.execute(plan, result);
            return new Evaluation(executor.logits(tokens - 1), Arrays.copyOf(result.tokenIds(), tokens));
        }
    }

    private static List<Integer> greedy(NativeModel model, int[] prompt) {
        int tokens = prompt.length + GREEDY_TOKENS;
        try (CpuModelExecutor executor = executor(model, tokens, false)) {
            StepPlan plan = new StepPlan(tokens, 1);
            StepResult result = new StepResult(tokens, 0);
            int[] blocks =
                    IntStream.range(0, Math.ceilDiv(tokens, BLOCK_TOKENS)).toArray();
            Continuation continuation =
                    new Continuation(prompt, SamplingParams.greedy(), GREEDY_TOKENS, blocks, BLOCK_TOKENS);
            while (!continuation.isDone()) {
                plan.clear();
                continuation.plan(plan, tokens);
                executor.execute(plan, result);
                continuation.accept(result, 0);
            }
            return continuation.output();
        }
    }

    private static CpuModelExecutor executor(NativeModel model, int tokens, boolean logits) {
        int blockCount = Math.ceilDiv(tokens, BLOCK_TOKENS);
        return new CpuModelExecutor(
                model,
                new ExecutorLimits(model.vocabSize(), model.contextTokensMax(), blockCount, BLOCK_TOKENS, tokens, 1, 0),
                new SessionConfig(blockCount, BLOCK_TOKENS, tokens, 1, tokens, 0, 2, Abi.ISA_AUTO, logits));
    }

    private static double error(float[] actual, float[] expected) {
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs((double) actual[i] - expected[i]));
        }
        return largest / magnitude(expected);
    }

    private static double magnitude(float[] logits) {
        double largest = 0;
        for (float logit : logits) {
            largest = Math.max(largest, Math.abs(logit));
        }
        return largest;
    }

    private static List<Case> cases(Path directory) {
        JsonNode json = JsonMapper.shared().readTree(directory.resolve("expected.json"));
        List<Case> cases = new ArrayList<>();
        for (JsonNode node : json.get("cases")) {
            cases.add(new Case(
                    ints(node.get("prompt_ids")),
                    floats(node.get("last_logits")),
                    ints(node.get("argmax_per_position")),
                    Arrays.stream(ints(node.get("greedy_8"))).boxed().toList(),
                    node.get("top2_margin").doubleValue()));
        }
        return cases;
    }

    private static int[] ints(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::intValue)
                .toArray();
    }

    private static float[] floats(JsonNode array) {
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).floatValue();
        }
        return values;
    }
}
