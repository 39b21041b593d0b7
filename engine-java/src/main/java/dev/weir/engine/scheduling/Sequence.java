package dev.weir.engine.scheduling;

import dev.weir.engine.kvcache.BlockTable;
import dev.weir.engine.request.CacheScope;
import dev.weir.engine.request.GenerationRequest;
import dev.weir.engine.request.LogitShifts;
import dev.weir.engine.request.Pooling;
import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.request.ServiceTerms;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What the scheduler knows of one generation: which tokens it has, and how many of them are computed. Confined to one thread. */
public class Sequence {

    private static final int HEADROOM_TOKENS = 32;
    private static final long NOT_BEGUN = -1;

    private final SamplingParams sampling;
    private final long adapterId;
    private final Pooling pooling;
    private final ServiceTerms terms;
    private final int promptTokens;
    private final BlockTable blocks;
    private int[] tokenIds;
    private int knownTokens;
    private int computedTokens;
    private int cachedTokens;
    private int lostTokens;
    private long @Nullable [] allowedTokens;
    private @Nullable LogitShifts shifts;
    private final @Nullable SamplingParams promptScoring;
    private int scoredTokens;
    private boolean paused;
    private boolean preempted;
    private FairShares.@Nullable Share share;
    private long place;
    private long begunNumber = NOT_BEGUN;

    /**
     * A sequence of which nothing is computed. The prompt is copied.
     *
     * @param adapterId what {@link dev.weir.engine.request.GenerationRequest#adapterId} says
     * @param pooling what the hidden states are wanted for; anything but {@link Pooling#NONE}: nothing is sampled
     * @param terms how it is treated beside others
     */
    public Sequence(
            int[] promptTokenIds, SamplingParams sampling, long adapterId, Pooling pooling, ServiceTerms terms) {
        this(promptTokenIds, sampling, adapterId, pooling, terms, SamplingParams.NO_LOGPROBS);
    }

    /**
     * One that may be asked how likely its prompt is.
     *
     * @param promptLogprobCount what {@link dev.weir.engine.request.GenerationRequest#promptLogprobCount} says
     */
    public Sequence(
            int[] promptTokenIds,
            SamplingParams sampling,
            long adapterId,
            Pooling pooling,
            ServiceTerms terms,
            int promptLogprobCount) {
        promptScoring = promptLogprobCount == SamplingParams.NO_LOGPROBS
                ? null
                : new SamplingParams(0, 0, 1, 0, 0, promptLogprobCount);
        this.sampling = sampling;
        this.adapterId = adapterId;
        this.pooling = pooling;
        this.terms = terms;
        blocks = new BlockTable(
                new CacheScope(terms.salt(), adapterId), pooling != Pooling.MEAN && promptScoring == null);
        promptTokens = promptTokenIds.length;
        knownTokens = promptTokens;
        tokenIds = Arrays.copyOf(promptTokenIds, promptTokens + HEADROOM_TOKENS);
    }

    /** One of the model as it is, that is sampled. */
    public Sequence(int[] promptTokenIds, SamplingParams sampling) {
        this(promptTokenIds, sampling, GenerationRequest.NO_ADAPTER, Pooling.NONE, ServiceTerms.STANDARD);
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

    /** From now on, its next token is one of these: a bit for each id. The array is shared and not written. */
    public final void allowOnly(long[] tokens) {
        allowedTokens = tokens;
    }

    final long @Nullable [] allowedTokens() {
        return allowedTokens;
    }

    /** From now on, logits are shifted by this, as it is then. */
    public final void shiftBy(LogitShifts logitShifts) {
        shifts = logitShifts;
    }

    final @Nullable LogitShifts shifts() {
        return shifts;
    }

    /** How its prompt's tokens are weighed; null where nobody wants to know. */
    final @Nullable SamplingParams promptScoring() {
        return promptScoring;
    }

    /** Prompt tokens behind which the next one was weighed. */
    final int scoredTokens() {
        return scoredTokens;
    }

    final void scored() {
        scoredTokens++;
    }

    /** Whether it has ever owned blocks. */
    public final boolean hasBegun() {
        return begunNumber != NOT_BEGUN;
    }

    /** Prompt tokens that it did not compute itself before its first token, because somebody else had. */
    public final int cachedTokens() {
        return cachedTokens;
    }

    final ServiceTerms terms() {
        return terms;
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

    /** Comes in. */
    final void arrive(FairShares.Share tenantShare, long placeInLine) {
        if (share != null) {
            throw new IllegalStateException("the sequence was added before");
        }
        share = tenantShare;
        place = placeInLine;
    }

    final FairShares.Share share() {
        if (share == null) {
            throw new IllegalStateException("the sequence was not added");
        }
        return share;
    }

    /** Its place among its tenant's that wait; the lowest goes first. */
    final long place() {
        return place;
    }

    final void begin(long number) {
        begunNumber = number;
    }

    /** In order of beginning; survives preemption. */
    final long begunNumber() {
        return begunNumber;
    }

    /** Of two that have begun: whether this one is the more important, or as important and older. */
    final boolean outranks(Sequence other) {
        return terms.priority() != other.terms.priority()
                ? terms.priority() < other.terms.priority()
                : begunNumber < other.begunNumber;
    }

    /** Others have computed its first tokens; returns how many of them it did not have. */
    final int skipTo(int computedByOthers) {
        int skipped = computedByOthers - computedTokens;
        computedTokens = computedByOthers;
        return skipped;
    }

    final void countCached(int tokenCount) {
        cachedTokens += tokenCount;
    }

    final void computed(int tokenCount) {
        computedTokens += tokenCount;
    }

    final void forgetComputed() {
        lostTokens = computedTokens;
        computedTokens = 0;
        preempted = true;
    }

    /** Tokens that it has to compute again since it was preempted. */
    final int recomputedTokens() {
        return Math.max(lostTokens - computedTokens, 0);
    }

    /** Whether its prompt is on its way to its first token, without having been preempted on it. */
    final boolean isFirstTime() {
        return !preempted && knownTokens == promptTokens;
    }

    final void append(int tokenId) {
        if (knownTokens == tokenIds.length) {
            tokenIds = Arrays.copyOf(tokenIds, 2 * knownTokens);
        }
        tokenIds[knownTokens++] = tokenId;
    }
}
