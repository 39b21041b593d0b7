package dev.weir.engine.execution;

import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.scheduling.StepPlan;
import dev.weir.engine.scheduling.StepResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A sequence that a test drives by hand: what is known of it, what is computed, which blocks hold it, and what was sampled. */
public final class Continuation {

    private final SamplingParams sampling;
    private final int outputTokensMax;
    private final int[] blocks;
    private final int blockTokens;
    private final List<Integer> known = new ArrayList<>();
    private final List<Integer> output = new ArrayList<>();
    private final List<Integer> logprobBits = new ArrayList<>();
    private int computed;
    private boolean samples;

    /** Continues {@code prompt} in the given blocks, which must be enough for prompt and output. */
    public Continuation(int[] prompt, SamplingParams sampling, int outputTokensMax, int[] blocks, int blockTokens) {
        this.sampling = sampling;
        this.outputTokensMax = outputTokensMax;
        this.blocks = blocks.clone();
        this.blockTokens = blockTokens;
        Arrays.stream(prompt).forEach(known::add);
    }

    public boolean isDone() {
        return output.size() == outputTokensMax;
    }

    /** Adds at most {@code tokensMax} of what is not computed to a plan, and a sample where that catches up. */
    public void plan(StepPlan plan, int tokensMax) {
        plan.beginSequence(computed);
        int end = Math.min(known.size(), computed + tokensMax);
        for (int i = 0; i < Math.ceilDiv(end, blockTokens); i++) {
            plan.addBlock(blocks[i]);
        }
        for (; computed < end; computed++) {
            plan.addToken(known.get(computed));
        }
        samples = computed == known.size();
        if (samples) {
            plan.sampleHere(sampling);
        }
    }

    /** Takes its row of the result, if it has one; returns the index of the next row. */
    public int accept(StepResult result, int row) {
        if (!samples) {
            return row;
        }
        int tokenId = result.tokenIds()[row];
        known.add(tokenId);
        output.add(tokenId);
        if (sampling.logprobCount() >= 0) {
            logprobBits.add(Float.floatToRawIntBits(result.logprobs()[row]));
        }
        return row + 1;
    }

    public List<Integer> output() {
        return output;
    }

    /** The bits of the chosen tokens' log-probabilities: equal only if every logit was. */
    public List<Integer> logprobBits() {
        return logprobBits;
    }
}
