package dev.weir.engine.http;

import dev.weir.engine.request.GenerationRequest;
import dev.weir.engine.request.Pooling;
import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.request.ServiceTerms;
import dev.weir.engine.request.StopConditions;
import java.util.List;
import java.util.Set;

/**
 * A decoded completion request: every prompt is continued {@code choices} times.
 *
 * @param promptField the field that the prompts came from, for refusals
 * @param outputTokensMax 0: as many as the context leaves
 */
record GenerationCall(
        ServedModel model,
        String promptField,
        List<int[]> prompts,
        int choices,
        SamplingParams sampling,
        int outputTokensMax,
        List<String> stopStrings,
        Set<Integer> stopTokenIds,
        boolean ignoreEos,
        ServiceWishes wishes,
        AnswerOptions answer) {

    /** The request of one sequence; prompts count first, as OpenAI numbers choices. */
    GenerationRequest request(String id, int index, ServiceTerms terms) {
        int[] prompt = prompts.get(index / choices);
        int room = Math.max(1, model.contextTokensMax() - prompt.length); // a prompt too long is admission's to refuse
        int tokensMax = outputTokensMax == 0 ? room : Math.min(outputTokensMax, room);
        return new GenerationRequest(
                id + "-" + index,
                prompt,
                seeded(index % choices),
                new StopConditions(
                        tokensMax, stopStrings, stopTokenIds, model.defaults().eosTokenIds(), ignoreEos),
                GenerationRequest.NO_ADAPTER,
                Pooling.NONE,
                terms);
    }

    int sequenceCount() {
        return prompts.size() * choices;
    }

    /** The first choice is drawn with the caller's seed, so that it is what {@code n = 1} would give; the others with seeds from it. */
    private SamplingParams seeded(int choice) {
        return choice == 0
                ? sampling
                : new SamplingParams(
                        sampling.temperature(),
                        sampling.topK(),
                        sampling.topP(),
                        sampling.minP(),
                        mix(sampling.seed() + choice * 0x9E3779B97F4A7C15L),
                        sampling.logprobCount());
    }

    /** SplitMix64's finaliser: neighbouring inputs give unrelated seeds. */
    private static long mix(long z) {
        long y = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        long x = (y ^ (y >>> 27)) * 0x94D049BB133111EBL;
        return x ^ (x >>> 31);
    }
}
