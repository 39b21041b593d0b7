package dev.weir.engine.execution;

import dev.weir.engine.kvcache.BlockMoves;
import dev.weir.engine.kvcache.KvMoves;
import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.sampling.ReferenceSampler;
import dev.weir.engine.scheduling.StepPlan;
import dev.weir.engine.scheduling.StepResult;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs {@link FakeModel} over a shadow of the KV cache that remembers, of every slot, which token at which position was stored there last.
 * A step reads all slots that attention would read, so a scheduler that shares, loses or mixes up a block shows as an illegal plan or as
 * a wrong token.
 */
final class ScriptedExecutor implements ModelExecutor {

    private static final int NOTHING = -1;

    private final ExecutorLimits limits;
    /** Of each slot: those of the blocks, then those of the places in the machine's memory. */
    private final int[] storedTokens;

    private final int[] storedPositions;
    private final long[] storedAdapters;
    private final BitSet written = new BitSet();
    private final Deque<RuntimeException> failures = new ArrayDeque<>();
    private final Consumer<StepPlan> onStep;
    private final Consumer<KvMoves> onMove;
    private boolean closed;

    ScriptedExecutor(ExecutorLimits limits) {
        this(limits, _ -> {});
    }

    /** {@code onStep} is told of each legal step before it is computed: there time may pass. */
    ScriptedExecutor(ExecutorLimits limits, Consumer<StepPlan> onStep) {
        this(limits, onStep, _ -> {});
    }

    /** {@code onMove} is told of each legal move of blocks before it is made. */
    ScriptedExecutor(ExecutorLimits limits, Consumer<StepPlan> onStep, Consumer<KvMoves> onMove) {
        this.limits = limits;
        this.onStep = onStep;
        this.onMove = onMove;
        storedTokens = new int[(limits.blockCount() + limits.hostBlockCount()) * limits.blockTokens()];
        storedPositions = new int[storedTokens.length];
        Arrays.fill(storedPositions, NOTHING);
        storedAdapters = new long[storedTokens.length];
    }

    /** The next step throws this before it computes anything. */
    void failNext(RuntimeException failure) {
        failures.add(failure);
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public ExecutorLimits limits() {
        return limits;
    }

    @Override
    public void execute(StepPlan plan, StepResult result) {
        require(!closed, "the executor is closed");
        require(!plan.isEmpty(), "the plan is empty");
        require(plan.tokenCount() <= limits.stepTokensMax(), "too many tokens: " + plan.tokenCount());
        require(plan.sequenceCount() <= limits.stepSequencesMax(), "too many sequences: " + plan.sequenceCount());
        @Nullable RuntimeException failure = failures.poll();
        if (failure != null) {
            throw failure;
        }
        onStep.accept(plan);
        written.clear();
        int firstToken = 0;
        int sample = 0;
        for (int sequence = 0; sequence < plan.sequenceCount(); sequence++) {
            sample = compute(plan, sequence, firstToken, sample, result);
            firstToken += plan.tokenCounts()[sequence];
        }
        require(firstToken == plan.tokenCount(), "token counts do not add up");
        require(sample == plan.sampleCount(), "samples are not in the order of the tokens");
    }

    @Override
    public void move(KvMoves moves) {
        require(!closed, "the executor is closed");
        require(moves.count() > 0, "nothing moves");
        check(moves.offloads());
        check(moves.restores());
        onMove.accept(moves);
        for (int index = 0; index < moves.offloads().count(); index++) {
            copy(
                    moves.offloads().blocks()[index],
                    limits.blockCount() + moves.offloads().places()[index]);
        }
        for (int index = 0; index < moves.restores().count(); index++) {
            copy(
                    limits.blockCount() + moves.restores().places()[index],
                    moves.restores().blocks()[index]);
        }
    }

    private void check(BlockMoves moves) {
        for (int index = 0; index < moves.count(); index++) {
            require(moves.blocks()[index] < limits.blockCount(), "there is no block " + moves.blocks()[index]);
            require(moves.places()[index] < limits.hostBlockCount(), "there is no place " + moves.places()[index]);
        }
    }

    private void copy(int from, int to) {
        int count = limits.blockTokens();
        System.arraycopy(storedTokens, from * count, storedTokens, to * count, count);
        System.arraycopy(storedPositions, from * count, storedPositions, to * count, count);
        System.arraycopy(storedAdapters, from * count, storedAdapters, to * count, count);
    }

    private int compute(StepPlan plan, int sequence, int firstToken, int firstSample, StepResult result) {
        int computed = plan.computedTokens()[sequence];
        int count = plan.tokenCounts()[sequence];
        require(count > 0, "a sequence without tokens");
        int tableBegin = plan.blockTableOffsets()[sequence];
        int tableCount = plan.blockTableOffsets()[sequence + 1] - tableBegin;
        require(tableCount * limits.blockTokens() >= computed + count, "the block table is too short");
        long adapterId = plan.adapterIds()[sequence];
        long state = FakeModel.start(adapterId);
        for (int position = 0; position < computed; position++) {
            int slot = slot(plan, tableBegin, position);
            require(storedPositions[slot] == position, "position " + position + " was not computed in its block");
            require(storedAdapters[slot] == adapterId, "position " + position + " was computed with another adapter");
            state = FakeModel.advance(state, storedTokens[slot]);
        }
        int sample = firstSample;
        for (int index = 0; index < count; index++) {
            int position = computed + index;
            require(position < limits.contextTokensMax(), "position " + position + " is outside of the context");
            int slot = slot(plan, tableBegin, position);
            require(!written.get(slot), "two tokens of one step in one slot");
            written.set(slot);
            storedPositions[slot] = position;
            storedAdapters[slot] = adapterId;
            storedTokens[slot] = plan.tokenIds()[firstToken + index];
            state = FakeModel.advance(state, storedTokens[slot]);
            hidden(plan, firstToken + index, state, result);
            if (sample < plan.sampleCount() && plan.sampleTokenIndexes()[sample] == firstToken + index) {
                sample(state, plan, sample, position + 1, result);
                sample++;
            }
        }
        return sample;
    }

    /** A hidden state is made of the bits of the state, so that it too depends on every token up to its own. */
    private static void hidden(StepPlan plan, int tokenIndex, long state, StepResult result) {
        int row = Arrays.binarySearch(plan.hiddenTokenIndexes(), 0, plan.hiddenCount(), tokenIndex);
        if (row >= 0) {
            float[] hidden = result.hiddenFor(plan.hiddenCount(), FakeModel.HIDDEN_SIZE);
            FakeModel.hidden(state, hidden, row * FakeModel.HIDDEN_SIZE);
        }
    }

    private int slot(StepPlan plan, int tableBegin, int position) {
        int block = plan.blockTables()[tableBegin + position / limits.blockTokens()];
        require(block >= 0 && block < limits.blockCount(), "there is no block " + block);
        return block * limits.blockTokens() + position % limits.blockTokens();
    }

    private static void sample(long state, StepPlan plan, int row, int position, StepResult result) {
        SamplingParams sampling = plan.sampling(row);
        ReferenceSampler logits = FakeModel.row(state, plan.allowedTokens(row), plan.shifts(row));
        int given = plan.givenTokenIds()[row];
        int tokenId = given == StepPlan.NONE_GIVEN ? logits.sample(sampling, position) : given;
        result.tokenIds()[row] = tokenId;
        result.logprobs()[row] = logits.logprob(tokenId);
        for (int rank = 0; rank < sampling.logprobCount(); rank++) {
            result.topTokenIds()[row * result.topStride() + rank] = logits.ranked(rank);
            result.topLogprobs()[row * result.topStride() + rank] = logits.logprob(logits.ranked(rank));
        }
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError("illegal plan: " + otherwise);
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
