package dev.weir.engine.scheduling;

import dev.weir.engine.request.GenerationRequest;
import dev.weir.engine.request.LogitShifts;
import dev.weir.engine.request.SamplingParams;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One engine step as flat arrays: which tokens of which sequences to compute, where their blocks are, and after which tokens to sample.
 * Mutable and reused from step to step so that planning allocates nothing; written by the scheduler, read by the executor, on the one
 * thread that owns both. Only the first {@code count} elements of an array mean anything.
 *
 * <p>Sequence {@code s} computes the {@code tokenCounts[s]} ids that follow those of sequence {@code s - 1} in {@code tokenIds}, at
 * positions {@code computedTokens[s]} onward, with the adapter {@code adapterIds[s]}. Its block table is {@code blockTables[blockTableOffsets[s] .. blockTableOffsets[s + 1])}.
 */
public final class StepPlan {

    /** Of a sample whose token is not known yet. */
    public static final int NONE_GIVEN = -1;

    private final int[] tokenIds;
    private final int[] tokenCounts;
    private final int[] computedTokens;
    private final long[] adapterIds;
    private final int[] blockTableOffsets;
    private final int[] sampleTokenIndexes;
    private final SamplingParams[] samplings;
    private final long[] @Nullable [] allowedTokens;
    private final @Nullable LogitShifts[] shifts;
    private final int[] givenTokenIds;
    private final int[] hiddenTokenIndexes;
    private int[] blockTables;
    private int sequenceCount;
    private int tokenCount;
    private int sampleCount;
    private int hiddenCount;
    private boolean sequenceOpen;

    public StepPlan(int tokensMax, int sequencesMax) {
        tokenIds = new int[tokensMax];
        tokenCounts = new int[sequencesMax];
        computedTokens = new int[sequencesMax];
        adapterIds = new long[sequencesMax];
        blockTableOffsets = new int[sequencesMax + 1];
        sampleTokenIndexes = new int[tokensMax];
        samplings = new SamplingParams[tokensMax];
        allowedTokens = new long[tokensMax][];
        shifts = new LogitShifts[tokensMax];
        givenTokenIds = new int[tokensMax];
        hiddenTokenIndexes = new int[tokensMax];
        blockTables = new int[sequencesMax * 16];
    }

    public void clear() {
        sequenceCount = 0;
        tokenCount = 0;
        Arrays.fill(samplings, 0, sampleCount, null);
        Arrays.fill(allowedTokens, 0, sampleCount, null);
        Arrays.fill(shifts, 0, sampleCount, null);
        sampleCount = 0;
        hiddenCount = 0;
        sequenceOpen = false;
    }

    /** Begins a sequence of the model as it is. */
    public void beginSequence(int computedTokenCount) {
        beginSequence(computedTokenCount, GenerationRequest.NO_ADAPTER);
    }

    /** Begins a sequence; its tokens, blocks and samples follow until the next call. */
    public void beginSequence(int computedTokenCount, long adapterId) {
        if (sequenceOpen && tokenCounts[sequenceCount - 1] == 0) {
            throw new AssertionError("sequence " + (sequenceCount - 1) + " of the plan has no tokens");
        }
        tokenCounts[sequenceCount] = 0;
        computedTokens[sequenceCount] = computedTokenCount;
        adapterIds[sequenceCount] = adapterId;
        blockTableOffsets[sequenceCount + 1] = sequenceCount == 0 ? 0 : blockTableOffsets[sequenceCount];
        blockTableOffsets[0] = 0;
        sequenceCount++;
        sequenceOpen = true;
    }

    public void addToken(int tokenId) {
        tokenIds[tokenCount++] = tokenId;
        tokenCounts[sequenceCount - 1]++;
    }

    /** Adds {@code count} ids, beginning with {@code ids[from]}. */
    public void addTokens(int[] ids, int from, int count) {
        System.arraycopy(ids, from, tokenIds, tokenCount, count);
        tokenCount += count;
        tokenCounts[sequenceCount - 1] += count;
    }

    public void addBlock(int blockIndex) {
        int end = blockTableOffsets[sequenceCount]++;
        reserveBlocks(end + 1);
        blockTables[end] = blockIndex;
    }

    /** Adds the first {@code count} of {@code blockIndexes}. */
    public void addBlocks(int[] blockIndexes, int count) {
        int end = blockTableOffsets[sequenceCount];
        reserveBlocks(end + count);
        System.arraycopy(blockIndexes, 0, blockTables, end, count);
        blockTableOffsets[sequenceCount] = end + count;
    }

    private void reserveBlocks(int count) {
        if (count > blockTables.length) {
            blockTables = Arrays.copyOf(blockTables, Math.max(count, 2 * blockTables.length));
        }
    }

    /** Samples any token after the token added last. */
    public void sampleHere(SamplingParams sampling) {
        sampleHere(sampling, null, null);
    }

    /**
     * Samples after the token added last.
     *
     * @param allowed the tokens that may be drawn, a bit for each id; null for all
     * @param shifted what is done to logits first; null for nothing
     */
    public void sampleHere(SamplingParams sampling, long @Nullable [] allowed, @Nullable LogitShifts shifted) {
        allowedTokens[sampleCount] = allowed;
        shifts[sampleCount] = shifted;
        addSample(sampling, tokenCount - 1, NONE_GIVEN);
    }

    /** Asks for the log-probabilities of a token that is known to follow the one {@code tokensBack} before the one added last. */
    public void weigh(SamplingParams sampling, int tokensBack, int givenTokenId) {
        addSample(sampling, tokenCount - 1 - tokensBack, givenTokenId);
    }

    private void addSample(SamplingParams sampling, int tokenIndex, int givenTokenId) {
        sampleTokenIndexes[sampleCount] = tokenIndex;
        givenTokenIds[sampleCount] = givenTokenId;
        samplings[sampleCount++] = sampling;
    }

    /** Asks for the hidden states after the {@code count} tokens added last, of the sequence begun last. */
    public void hiddenHere(int count) {
        for (int index = tokenCount - count; index < tokenCount; index++) {
            hiddenTokenIndexes[hiddenCount++] = index;
        }
    }

    public int sequenceCount() {
        return sequenceCount;
    }

    public int tokenCount() {
        return tokenCount;
    }

    public int sampleCount() {
        return sampleCount;
    }

    public int hiddenCount() {
        return hiddenCount;
    }

    public boolean isEmpty() {
        return sequenceCount == 0;
    }

    public int[] tokenIds() {
        return tokenIds;
    }

    public int[] tokenCounts() {
        return tokenCounts;
    }

    public int[] computedTokens() {
        return computedTokens;
    }

    /** The adapter of each sequence; 0 for none. */
    public long[] adapterIds() {
        return adapterIds;
    }

    public int[] blockTables() {
        return blockTables;
    }

    /** Offsets into {@link #blockTables}, one more than there are sequences. */
    public int[] blockTableOffsets() {
        return blockTableOffsets;
    }

    /** Of each sample: index into {@link #tokenIds} of the token after which to sample. */
    public int[] sampleTokenIndexes() {
        return sampleTokenIndexes;
    }

    /** Of each hidden state asked for, ascending: index into {@link #tokenIds} of its token. */
    public int[] hiddenTokenIndexes() {
        return hiddenTokenIndexes;
    }

    public SamplingParams sampling(int sampleIndex) {
        return samplings[sampleIndex];
    }

    /** What is done to a sample's logits before anything else; null for nothing. */
    public @Nullable LogitShifts shifts(int sampleIndex) {
        return shifts[sampleIndex];
    }

    /** Of each sample: the token that is only weighed, or {@link #NONE_GIVEN} to draw one. */
    public int[] givenTokenIds() {
        return givenTokenIds;
    }

    /** The tokens that a sample may draw, a bit for each id; null for all. */
    public long @Nullable [] allowedTokens(int sampleIndex) {
        return allowedTokens[sampleIndex];
    }
}
