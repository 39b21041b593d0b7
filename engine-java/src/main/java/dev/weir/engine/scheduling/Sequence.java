package dev.weir.engine.scheduling;

import dev.weir.engine.kvcache.BlockTable;
import dev.weir.engine.request.GenerationRequest;
import dev.weir.engine.request.Pooling;
import dev.weir.engine.request.SamplingParams;
import java.util.Arrays;

/** What the scheduler knows of one generation: which tokens it has, and how many of them are computed. Confined to one thread. */
public class Sequence {

    private static final int HEADROOM_TOKENS = 32;

    private final SamplingParams sampling;
    private final long adapterId;
    private final Pooling pooling;
    private final int promptTokens;
    private final BlockTable blocks = new BlockTable();
    private int[] tokenIds;
    private int knownTokens;
    private int computedTokens;
    private boolean paused;
    private boolean begun;
    private long arrivalNumber = -1;

    /**
     * A sequence of which nothing is computed. The prompt is copied.
     *
     * @param adapterId what {@link dev.weir.engine.request.GenerationRequest#adapterId} says
     * @param pooling what the hidden states are wanted for; anything but {@link Pooling#NONE}: nothing is sampled
     */
    public Sequence(int[] promptTokenIds, SamplingParams sampling, long adapterId, Pooling pooling) {
        this.sampling = sampling;
        this.adapterId = adapterId;
        this.pooling = pooling;
        promptTokens = promptTokenIds.length;
        knownTokens = promptTokens;
        tokenIds = Arrays.copyOf(promptTokenIds, promptTokens + HEADROOM_TOKENS);
    }

    /** One of the model as it is, that is sampled. */
    public Sequence(int[] promptTokenIds, SamplingParams sampling) {
        this(promptTokenIds, sampling, GenerationRequest.NO_ADAPTER, Pooling.NONE);
    }

    public final int promptTokens() {
        return promptTokens;
    }

    public final int outputTokens() {
        return knownTokens - promptTokens;
    }

    public final int knownTokens() {
        return knownTokens;
    }

    public final int computedTokens() {
        return computedTokens;
    }

    /** Position by position, prompt and output; at index 0 to {@link #knownTokens} - 1. */
    public final int tokenId(int position) {
        return tokenIds[position];
    }

    /** Whose keys and values its blocks hold: blocks may only be shared between sequences of one adapter. 0 is no adapter. */
    public final long adapterId() {
        return adapterId;
    }

    public final Pooling pooling() {
        return pooling;
    }

    public final BlockTable blocks() {
        return blocks;
    }

    /** A paused sequence keeps its blocks and gets no tokens. */
    public final void pause(boolean pause) {
        paused = pause;
    }

    public final boolean isPaused() {
        return paused;
    }

    /** Whether it has ever been in a plan. */
    public final boolean hasBegun() {
        return begun;
    }

    final SamplingParams sampling() {
        return sampling;
    }

    final int[] tokenIds() {
        return tokenIds;
    }

    /** Tokens that are known and not computed. */
    public final int pendingTokens() {
        return knownTokens - computedTokens;
    }

    final long arrivalNumber() {
        return arrivalNumber;
    }

    final void arrived(long number) {
        if (arrivalNumber >= 0) {
            throw new IllegalStateException("the sequence was added before");
        }
        arrivalNumber = number;
    }

    final void begin() {
        begun = true;
    }

    final void computed(int tokenCount) {
        computedTokens += tokenCount;
    }

    final void forgetComputed() {
        computedTokens = 0;
    }

    final void append(int tokenId) {
        if (knownTokens == tokenIds.length) {
            tokenIds = Arrays.copyOf(tokenIds, 2 * knownTokens);
        }
        tokenIds[knownTokens++] = tokenId;
    }
}
