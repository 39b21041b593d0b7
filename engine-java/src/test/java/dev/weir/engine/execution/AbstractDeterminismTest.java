package dev.weir.engine.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.execution.SteppedEngine.Answer;
import dev.weir.engine.request.GenerationRequest;
import dev.weir.engine.request.LogitRules;
import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.request.StopConditions;
import dev.weir.engine.scheduling.SchedulingPolicy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The product's promise, for every backend and each of its models: a request gives the same tokens and the same log-probabilities, bit for
 * bit, whatever happens around it. Each test compares what a whole engine answers with what it answers to the request alone, in chunks as
 * large as its prompts and with nothing cached; half of the requests are greedy, half are drawn.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class AbstractDeterminismTest {

    private static final int BLOCK_TOKENS = 16;
    private static final int ROOMY_BLOCKS = 128;
    private static final int HOST_BLOCKS = 64;
    private static final long TOKEN_NANOS = 1_000_000;
    private static final int SEQUENCES_MAX = 8;
    private static final int STEP_TOKENS_MAX = 128;
    private static final int TOP_LOGPROBS_MAX = 20;
    private static final int REQUESTS = 8;
    private static final int PROMPT_TOKENS_MAX = 70;
    private static final int OUTPUT_TOKENS = 24;

    /** One model on the backend under test. Engines of it are made and closed on one thread. */
    public interface Model extends AutoCloseable {

        int vocabSize();

        int contextTokensMax();

        ModelExecutor open(ExecutorLimits limits, int threadCount);

        @Override
        void close();
    }

    /** The names of the models. */
    protected abstract Stream<String> models();

    protected abstract Model load(String name);

    /** How much room an engine has, and what it does with it. */
    private record Shape(
            int blockCount, int stepTokensMax, int sequencesMax, SchedulingPolicy policy, int threadCount) {

        private static final Shape ROOMY =
                new Shape(ROOMY_BLOCKS, STEP_TOKENS_MAX, SEQUENCES_MAX, new SchedulingPolicy(false, 0), 2);

        private Shape withStepTokens(int stepTokensMax, int sequencesMax) {
            return new Shape(blockCount, stepTokensMax, sequencesMax, policy, threadCount);
        }

        private Shape withBlocks(int blockCount) {
            return new Shape(blockCount, stepTokensMax, sequencesMax, policy, threadCount);
        }

        private Shape withThreads(int threadCount) {
            return new Shape(blockCount, stepTokensMax, sequencesMax, policy, threadCount);
        }

        private Shape with(SchedulingPolicy policy) {
            return new Shape(blockCount, stepTokensMax, sequencesMax, policy, threadCount);
        }
    }

    private static SteppedEngine engine(Model model, Shape shape) {
        return new SteppedEngine(model.open(limits(model, shape), shape.threadCount()), shape.policy());
    }

    private static ExecutorLimits limits(Model model, Shape shape) {
        return new ExecutorLimits(
                model.vocabSize(),
                model.contextTokensMax(),
                shape.blockCount(),
                BLOCK_TOKENS,
                shape.stepTokensMax(),
                shape.sequencesMax(),
                TOP_LOGPROBS_MAX);
    }

    @ParameterizedTest
    @MethodSource("models")
    void aloneIsTheSameAgainWithAnyNumberOfThreads(String name) {
        try (Model model = load(name)) {
            List<GenerationRequest> requests = ruled(requests(model, 1));
            List<Answer> expected = alone(model, requests);
            for (int threadCount : new int[] {1, 2, 3}) {
                try (SteppedEngine engine = engine(model, Shape.ROOMY.withThreads(threadCount))) {
                    List<Answer> again = requests.stream().map(engine::serve).toList();
                    assertSame(again, expected, threadCount + " threads");
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void togetherIsTheSameAsAlone(String name) {
        try (Model model = load(name)) {
            for (int seed = 2; seed < 4; seed++) {
                List<GenerationRequest> requests = ruled(requests(model, seed));
                List<Answer> expected = alone(model, requests);
                try (SteppedEngine engine = engine(model, Shape.ROOMY)) {
                    assertSame(engine.serve(requests, 0), expected, "all at once");
                    assertSame(engine.serve(requests, 3), expected, "one after the other");
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void anyChunkingIsTheSame(String name) {
        try (Model model = load(name)) {
            List<GenerationRequest> requests = ruled(requests(model, 5));
            List<Answer> expected = alone(model, requests);
            for (int stepTokens : new int[] {1, 2, 7, 16, 17, 33}) {
                Shape shape = Shape.ROOMY.withStepTokens(stepTokens, Math.min(stepTokens, SEQUENCES_MAX));
                try (SteppedEngine engine = engine(model, shape)) {
                    assertSame(engine.serve(requests, 1), expected, "steps of " + stepTokens + " tokens");
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void preemptedIsTheSame(String name) {
        try (Model model = load(name)) {
            List<GenerationRequest> requests = ruled(requests(model, 6));
            List<Answer> expected = alone(model, requests);
            for (boolean prefixCache : new boolean[] {false, true}) {
                Shape small = Shape.ROOMY.withBlocks(9).with(new SchedulingPolicy(prefixCache, 0));
                try (SteppedEngine engine = engine(model, small)) {
                    assertSame(engine.serve(requests, 0), expected, "prefix cache " + prefixCache);
                    assertThat(engine.preemptionCount()).isPositive();
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void preemptedAndBroughtBackIsTheSame(String name) {
        try (Model model = load(name)) {
            List<GenerationRequest> requests = ruled(requests(model, 6));
            List<Answer> expected = alone(model, requests);
            for (boolean prefixCache : new boolean[] {false, true}) {
                Shape small = Shape.ROOMY.withBlocks(9).with(new SchedulingPolicy(prefixCache, 0));
                ExecutorLimits limits = limits(model, small).withHostBlocks(HOST_BLOCKS);
                TimedExecutor quickMoves =
                        new TimedExecutor(model.open(limits, small.threadCount()), TOKEN_NANOS, TOKEN_NANOS / 100);
                try (SteppedEngine engine = new SteppedEngine(quickMoves, small.policy(), quickMoves)) {
                    assertSame(engine.serve(requests, 0), expected, "prefix cache " + prefixCache);
                    assertThat(engine.restoredTokens()).isPositive();
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void onAPrefixHitIsTheSame(String name) {
        try (Model model = load(name)) {
            Random random = new Random(7);
            int[] text = prompt(model, 4 * BLOCK_TOKENS + 5, random);
            // Ends before, at and after the end of a block; the hit on the third is all of it, and one token is
            // computed again.
            int[] lengths = {BLOCK_TOKENS - 1, BLOCK_TOKENS + 1, 2 * BLOCK_TOKENS, 3 * BLOCK_TOKENS + 1, text.length};
            List<GenerationRequest> requests = new ArrayList<>();
            for (int length : lengths) {
                int[] prompt = IntStream.of(text).limit(length).toArray();
                requests.add(request(requests.size(), prompt, sampling(requests.size(), 100 + length)));
            }
            List<Answer> expected = alone(model, requests);
            try (SteppedEngine engine = engine(model, Shape.ROOMY.with(SchedulingPolicy.defaults()))) {
                assertSame(engine.serve(requests, 0), expected, "in flight together");
                List<Answer> warm = requests.stream().map(engine::serve).toList();
                assertSame(warm, expected, "warm");
                assertThat(warm)
                        .extracting(Answer::cachedTokens)
                        .containsExactly(0, BLOCK_TOKENS, 2 * BLOCK_TOKENS - 1, 3 * BLOCK_TOKENS, 4 * BLOCK_TOKENS);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void resumedFromItsFirstTokensIsTheSame(String name) {
        try (Model model = load(name)) {
            List<GenerationRequest> requests = requests(model, 8).subList(0, 4);
            List<Answer> expected = alone(model, requests);
            for (boolean prefixCache : new boolean[] {false, true}) {
                try (SteppedEngine engine = engine(model, Shape.ROOMY.with(new SchedulingPolicy(prefixCache, 0.5)))) {
                    for (int sent : new int[] {1, OUTPUT_TOKENS / 2, OUTPUT_TOKENS - 1}) {
                        List<GenerationRequest> resumed = new ArrayList<>();
                        List<Answer> rest = new ArrayList<>();
                        for (int index = 0; index < requests.size(); index++) {
                            resumed.add(resume(requests.get(index), expected.get(index), sent));
                            rest.add(expected.get(index).after(sent));
                        }
                        assertSame(engine.serve(resumed, 0), rest, "after " + sent + " tokens");
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void eachOfSeveralChoicesIsWhatItsSeedGivesAlone(String name) {
        try (Model model = load(name)) {
            int[] prompt = prompt(model, 2 * BLOCK_TOKENS + 3, new Random(9));
            SamplingParams sampling = sampling(1, 9);
            List<GenerationRequest> choices = IntStream.range(0, SEQUENCES_MAX)
                    .mapToObj(choice -> request(choice, prompt, sampling.ofChoice(choice)))
                    .toList();
            List<Answer> expected = alone(model, choices);
            assertThat(expected.stream().map(Answer::tokenIds).distinct().count())
                    .isGreaterThan(1);
            try (SteppedEngine engine = engine(model, Shape.ROOMY.with(SchedulingPolicy.defaults()))) {
                assertSame(engine.serve(choices, 0), expected, "n = " + SEQUENCES_MAX);
            }
        }
    }

    /** Everything at once, over several seeds: sharing, too few blocks, small steps, staggered arrivals, any order. */
    @ParameterizedTest
    @MethodSource("models")
    void whateverHappensIsTheSame(String name) {
        try (Model model = load(name)) {
            for (int seed = 10; seed < 13; seed++) {
                Random random = new Random(seed);
                List<GenerationRequest> plain = requests(model, seed);
                List<GenerationRequest> requests = ruled(plain.stream()
                        .map(request -> random.nextBoolean() ? request : extended(request, plain, random))
                        .toList());
                Collections.shuffle(requests, random);
                List<Answer> expected = alone(model, requests);
                int stepTokens = 1 + random.nextInt(40);
                Shape shape = Shape.ROOMY
                        .withBlocks(8 + random.nextInt(8))
                        .withStepTokens(stepTokens, Math.min(stepTokens, 1 + random.nextInt(SEQUENCES_MAX)))
                        .with(SchedulingPolicy.defaults());
                try (SteppedEngine engine = engine(model, shape)) {
                    for (int round = 0; round < 2; round++) {
                        List<Answer> answers = engine.serve(requests, random.nextInt(4));
                        assertSame(answers, expected, "seed " + seed + ", round " + round + ", " + shape);
                    }
                }
            }
        }
    }

    private static void assertSame(List<Answer> answers, List<Answer> expected, String when) {
        assertThat(answers).hasSameSizeAs(expected);
        for (int index = 0; index < answers.size(); index++) {
            Answer answer = answers.get(index);
            Answer reference = expected.get(index);
            assertThat(answer.isSame(reference))
                    .as("request %s, %s: %s instead of %s", index, when, answer.tokenIds(), reference.tokenIds())
                    .isTrue();
        }
    }

    /** Each request by itself, in an engine that shares nothing and computes a prompt in one step. */
    private static List<Answer> alone(Model model, List<GenerationRequest> requests) {
        try (SteppedEngine engine = engine(model, Shape.ROOMY)) {
            return requests.stream().map(engine::serve).toList();
        }
    }

    /** Every other one with rules for its logits, and asked how likely its prompt is. */
    private static List<GenerationRequest> ruled(List<GenerationRequest> requests) {
        List<GenerationRequest> ruled = new ArrayList<>(requests);
        for (int index = 1; index < ruled.size(); index += 2) {
            GenerationRequest request = ruled.get(index);
            LogitRules rules = new LogitRules(1.3f, 0.5f, 0.25f * index, Map.of(index, 4f, index + 3, -9f));
            ruled.set(
                    index,
                    request(
                                    request.promptTokenIds(),
                                    request.id(),
                                    request.sampling().following(rules),
                                    OUTPUT_TOKENS)
                            .scoringPrompt(index % 4));
        }
        return ruled;
    }

    private static List<GenerationRequest> requests(Model model, int seed) {
        Random random = new Random(seed);
        return IntStream.range(0, REQUESTS)
                .mapToObj(index -> request(
                        index,
                        prompt(model, 1 + random.nextInt(PROMPT_TOKENS_MAX), random),
                        sampling(index, random.nextLong())))
                .toList();
    }

    /** One that begins as another of the requests does. */
    private static GenerationRequest extended(
            GenerationRequest request, List<GenerationRequest> others, Random random) {
        int[] prompt = request.promptTokenIds().clone();
        int[] other = others.get(random.nextInt(others.size())).promptTokenIds();
        System.arraycopy(other, 0, prompt, 0, Math.min(prompt.length, other.length));
        return new GenerationRequest(request.id(), prompt, request.sampling(), request.stop());
    }

    private static GenerationRequest resume(GenerationRequest request, Answer answer, int sent) {
        int[] prompt = IntStream.concat(
                        IntStream.of(request.promptTokenIds()),
                        answer.tokenIds().stream().limit(sent).mapToInt(Integer::intValue))
                .toArray();
        return request(prompt, request.id() + "-resumed", request.sampling(), OUTPUT_TOKENS - sent);
    }

    private static GenerationRequest request(int index, int[] prompt, SamplingParams sampling) {
        return request(prompt, "request-" + index, sampling, OUTPUT_TOKENS);
    }

    private static GenerationRequest request(int[] prompt, String id, SamplingParams sampling, int outputTokens) {
        return new GenerationRequest(
                id, prompt, sampling, new StopConditions(outputTokens, List.of(), Set.of(), Set.of(), true));
    }

    private static int[] prompt(Model model, int length, Random random) {
        return random.ints(length, 0, model.vocabSize()).toArray();
    }

    /** Greedy and drawn in turn, with and without every kind of cut, and all with log-probabilities. */
    private static SamplingParams sampling(int index, long seed) {
        return switch (index % 4) {
            case 0 -> new SamplingParams(0, 0, 1, 0, seed, 3);
            case 1 -> new SamplingParams(1, 0, 1, 0, seed, TOP_LOGPROBS_MAX);
            case 2 -> new SamplingParams(0, 0, 1, 0, seed, 0);
            default -> new SamplingParams(0.8f, 40, 0.95f, 0.01f, seed, 5);
        };
    }
}
