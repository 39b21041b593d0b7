package dev.weir.engine.execution;

import dev.weir.engine.request.GenerationRequest;
import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.request.StopConditions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Measures what some running streams keep of their token rate while a long prompt is computed. */
final class DecodeRate {

    static final int CONTEXT_TOKENS_MAX = 8192;
    static final int PROMPT_TOKENS = 4000;

    /** In place of a number of tokens: for as long as a prompt takes that comes in now. */
    static final int WITH_PROMPT = 0;

    private static final int STREAMS = 4;
    private static final int WARM_UP_TOKENS = 50;
    private static final int TOKENS_MAX = 3000;

    private DecodeRate() {}

    static ExecutorLimits limits(int vocabSize) {
        return new ExecutorLimits(vocabSize, CONTEXT_TOKENS_MAX, 1024, 16, 512, STREAMS + 1, 20);
    }

    /** When the youngest stream had each of so many tokens, after the moment at which a prompt would come in. */
    static List<Long> tokenTimes(SteppedEngine engine, LongSupplier ticker, int vocabSize, int tokens) {
        List<SteppedEngine.Reader> streams = new ArrayList<>();
        for (int index = 0; index < STREAMS; index++) {
            streams.add(engine.submit(request("stream-" + index, 30 + index, CONTEXT_TOKENS_MAX, vocabSize)));
        }
        SteppedEngine.Reader youngest = streams.getLast();
        while (youngest.tokenCount() < WARM_UP_TOKENS) {
            engine.step();
        }
        SteppedEngine.@Nullable Reader prompt =
                tokens == WITH_PROMPT ? engine.submit(request("prompt", PROMPT_TOKENS, 1, vocabSize)) : null;
        List<Long> times = new ArrayList<>(List.of(ticker.getAsLong()));
        while (prompt == null ? times.size() <= tokens : prompt.tokenCount() == 0) {
            engine.step();
            times.add(ticker.getAsLong());
            if (youngest.tokenCount() != WARM_UP_TOKENS + times.size() - 1) {
                throw new AssertionError("a running stream did not get its token in step " + times.size());
            }
            if (times.size() > TOKENS_MAX) {
                throw new AssertionError("the prompt is not computed after " + TOKENS_MAX + " steps");
            }
        }
        return times;
    }

    /** Of the undisturbed rate, the least that was kept over so many tokens in a row. */
    static double share(List<Long> undisturbed, List<Long> disturbed, int tokens) {
        double least = Double.POSITIVE_INFINITY;
        for (int end = tokens; end < disturbed.size(); end++) {
            double nanos = disturbed.get(end) - disturbed.get(end - tokens);
            least = Math.min(least, (undisturbed.get(end) - undisturbed.get(end - tokens)) / nanos);
        }
        return least;
    }

    static double seconds(List<Long> times) {
        return (times.getLast() - times.getFirst()) / 1e9;
    }

    private static GenerationRequest request(String id, int promptTokens, int outputTokensMax, int vocabSize) {
        int[] prompt = new Random(promptTokens).ints(promptTokens, 0, vocabSize).toArray();
        StopConditions stop = new StopConditions(outputTokensMax, List.of(), Set.of(), Set.of(), true);
        return new GenerationRequest(id, prompt, SamplingParams.greedy(), stop);
    }
}
