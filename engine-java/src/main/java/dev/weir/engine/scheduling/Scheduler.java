package dev.weir.engine.scheduling;

import dev.weir.engine.kvcache.BlockTable;
import dev.weir.engine.kvcache.KvCache;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Decides what each step computes. The rules, in the order in which they spend the step's tokens:
 *
 * <ol>
 *   <li>Running sequences that miss one token get it, oldest first: a long prompt never delays another's next token. When a block is
 *       needed and none is free, the youngest running sequence gives up its blocks and waits to be computed again, output included.
 *   <li>Running sequences that miss more get as much as is left, oldest first.
 *   <li>Waiting sequences begin, oldest first, when all blocks for what is known of them are free; they take them at once, so that only
 *       new tokens can ever run out of blocks.
 * </ol>
 *
 * <p>Age is order of arrival and survives preemption. The oldest sequence that is not paused is never anybody's victim but a still older
 * one's, and alone it fits, or admission would have refused it: so it always comes nearer to its end, and nothing starves.
 *
 * @param <S> what the caller wants to get back for its results
 */
public final class Scheduler<S extends Sequence> {

    private final KvCache cache;
    private final BatchLimits limits;
    private final StepPlan plan;
    private final List<S> waiting = new ArrayList<>();
    private final List<S> running = new ArrayList<>();
    private final List<S> planned = new ArrayList<>();
    private final List<S> sampled = new ArrayList<>();
    private final List<S> waitingView = Collections.unmodifiableList(waiting);
    private final List<S> runningView = Collections.unmodifiableList(running);
    private final List<S> plannedView = Collections.unmodifiableList(planned);
    private final List<S> sampledView = Collections.unmodifiableList(sampled);
    private int begunCount;
    private long arrivalCount;
    private long preemptionCount;

    public Scheduler(KvCache cache, BatchLimits limits) {
        this.cache = cache;
        this.limits = limits;
        plan = new StepPlan(limits.stepTokensMax(), limits.sequencesMax());
    }

    /** Lets a sequence wait behind those that came before. */
    public void add(S sequence) {
        sequence.arrived(arrivalCount++);
        waiting.add(sequence);
    }

    /** Ends a sequence wherever it is; its blocks are free when this returns. */
    public void remove(S sequence) {
        if (!running.remove(sequence) && !waiting.remove(sequence)) {
            throw new IllegalStateException("the sequence is not here");
        }
        if (sequence.hasBegun()) {
            begunCount--;
        }
        cache.release(sequence.blocks());
    }

    /** The next step; empty when no sequence can go on. The same object every time. */
    public StepPlan plan() {
        plan.clear();
        planned.clear();
        sampled.clear();
        int budget = limits.stepTokensMax();
        for (int index = 0; index < running.size(); index++) { // shrinks at its end while we go
            S sequence = running.get(index);
            if (!sequence.isPaused() && sequence.pendingTokens() == 1 && makeRoom(sequence)) {
                budget -= hand(sequence, 1);
            }
        }
        for (int index = 0; index < running.size() && budget > 0; index++) {
            S sequence = running.get(index);
            if (!sequence.isPaused() && sequence.pendingTokens() > 1) {
                budget -= hand(sequence, Math.min(sequence.pendingTokens(), budget));
            }
        }
        beginWaiting(budget);
        cache.check();
        return plan;
    }

    /** Takes over what the plan made: its tokens are computed, and each sample is its sequence's next token. */
    public void apply(StepResult result) {
        for (int index = 0; index < planned.size(); index++) {
            planned.get(index).computed(plan.tokenCounts()[index]);
        }
        for (int index = 0; index < sampled.size(); index++) {
            sampled.get(index).append(result.tokenIds()[index]);
        }
    }

    /** The sequences of the last plan, in its order. */
    public List<S> planned() {
        return plannedView;
    }

    /** The sequence of each of the last plan's samples, in its order. */
    public List<S> sampled() {
        return sampledView;
    }

    /** Sequences that own blocks, oldest first. */
    public List<S> running() {
        return runningView;
    }

    /** Sequences that own no blocks, oldest first: those that have not begun and those that were preempted. */
    public List<S> waiting() {
        return waitingView;
    }

    public boolean isEmpty() {
        return running.isEmpty() && waiting.isEmpty();
    }

    /** Waiting sequences that had begun. */
    public int preemptedCount() {
        return begunCount - running.size();
    }

    public int ownedBlocks() {
        return cache.ownedBlocks();
    }

    /** How often, since the beginning, a sequence lost its blocks. */
    public long preemptionCount() {
        return preemptionCount;
    }

    /** The whole invariant of the block accounting; for tests. */
    public void check() {
        List<BlockTable> tables = new ArrayList<>();
        running.forEach(sequence -> tables.add(sequence.blocks()));
        waiting.forEach(sequence -> tables.add(sequence.blocks()));
        cache.check(tables);
    }

    private void beginWaiting(int tokenBudget) {
        int budget = tokenBudget;
        for (int index = 0; index < waiting.size() && budget > 0; ) {
            S sequence = waiting.get(index);
            if (sequence.isPaused()) {
                index++;
                continue;
            }
            boolean admissible = sequence.hasBegun() || begunCount < limits.sequencesMax();
            if (!admissible || !cache.grow(sequence.blocks(), sequence.knownTokens())) {
                return; // and nobody overtakes it
            }
            waiting.remove(index);
            insertByAge(running, sequence);
            if (!sequence.hasBegun()) {
                sequence.begin();
                begunCount++;
            }
            budget -= hand(sequence, Math.min(sequence.pendingTokens(), budget));
        }
    }

    /** Finds a block for the sequence's next token, at the expense of younger ones; false if it had to give way itself. */
    private boolean makeRoom(S sequence) {
        while (!cache.grow(sequence.blocks(), sequence.knownTokens())) {
            S victim = running.getLast();
            preempt(victim);
            if (victim.arrivalNumber() == sequence.arrivalNumber()) {
                return false;
            }
        }
        return true;
    }

    private void preempt(S victim) {
        running.removeLast();
        cache.release(victim.blocks());
        victim.forgetComputed();
        insertByAge(waiting, victim);
        preemptionCount++;
    }

    private int hand(S sequence, int tokenCount) {
        int computedTokens = sequence.computedTokens();
        plan.beginSequence(computedTokens, sequence.adapterId());
        plan.addTokens(sequence.tokenIds(), computedTokens, tokenCount);
        plan.addBlocks(sequence.blocks().blocks(), cache.blocksFor(computedTokens + tokenCount));
        planned.add(sequence);
        ask(sequence, tokenCount, computedTokens + tokenCount == sequence.knownTokens());
        return tokenCount;
    }

    /** What a sequence wants of the tokens it was just given. */
    private void ask(S sequence, int tokenCount, boolean caughtUp) {
        switch (sequence.pooling()) {
            case MEAN -> plan.hiddenHere(tokenCount);
            case LAST_TOKEN -> plan.hiddenHere(caughtUp ? 1 : 0);
            case NONE -> {
                if (caughtUp) {
                    plan.sampleHere(sequence.sampling());
                    sampled.add(sequence);
                }
            }
        }
    }

    private static <T extends Sequence> void insertByAge(List<T> sequences, T sequence) {
        int index = sequences.size();
        while (index > 0 && sequences.get(index - 1).arrivalNumber() > sequence.arrivalNumber()) {
            index--;
        }
        sequences.add(index, sequence);
    }
}
