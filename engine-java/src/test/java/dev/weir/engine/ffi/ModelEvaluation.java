package dev.weir.engine.ffi;

import dev.weir.engine.execution.Continuation;
import dev.weir.engine.execution.ExecutorLimits;
import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.scheduling.StepPlan;
import dev.weir.engine.scheduling.StepResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a model makes of a prompt.
 *
 * @param lastLogits after its last token
 * @param argmax the most likely id after each of its tokens
 */
@SuppressWarnings("ArrayRecordComponent") // compared element by element
record ModelEvaluation(float[] lastLogits, int[] argmax) {

    private static final int BLOCK_TOKENS = 16;
    private static final int GREEDY_TOKENS = 8;

    /** One of a model's {@code expected.json}. */
    @SuppressWarnings("ArrayRecordComponent") // compared element by element
    record Case(int[] prompt, float[] lastLogits, int[] argmax, List<Integer> greedy, double top2Margin) {}

    /** One step over the prompt, with the most likely id after each of its tokens. */
    static ModelEvaluation of(NativeModel model, int[] prompt) {
        int tokens = prompt.length;
        try (NativeModelExecutor executor = executor(model, tokens, true)) {
            StepPlan plan = new StepPlan(tokens, 1);
            StepResult result = new StepResult(tokens, 0);
            plan.beginSequence(0);
            IntStream.range(0, Math.ceilDiv(tokens, BLOCK_TOKENS)).forEach(plan::addBlock);
            for (int tokenId : prompt) {
                plan.addToken(tokenId);
                plan.sampleHere(SamplingParams.greedy());
            }
            executor.execute(plan, result);
            return new ModelEvaluation(executor.logits(tokens - 1), Arrays.copyOf(result.tokenIds(), tokens));
        }
    }

    static List<Integer> greedy(NativeModel model, int[] prompt) {
        int tokens = prompt.length + GREEDY_TOKENS;
        try (NativeModelExecutor executor = executor(model, tokens, false)) {
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

    private static NativeModelExecutor executor(NativeModel model, int tokens, boolean logits) {
        int blockCount = Math.ceilDiv(tokens, BLOCK_TOKENS);
        ExecutorLimits limits =
                new ExecutorLimits(model.vocabSize(), model.contextTokensMax(), blockCount, BLOCK_TOKENS, tokens, 1, 0);
        return new NativeModelExecutor(model, SessionConfig.onCpu(limits, 2, logits));
    }

    /** The largest absolute difference over the largest expected magnitude. */
    static double error(float[] actual, float[] expected) {
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs((double) actual[i] - expected[i]));
        }
        return largest / magnitude(expected);
    }

    static double magnitude(float[] logits) {
        double largest = 0;
        for (float logit : logits) {
            largest = Math.max(largest, Math.abs(logit));
        }
        return largest;
    }

    /** What another implementation computed, as the model's directory has it. */
    static List<Case> cases(Path directory) {
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
