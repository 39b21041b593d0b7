package dev.weir.engine.scheduling;

import dev.weir.engine.kvcache.BlockTable;
import dev.weir.engine.kvcache.KvCache;
import dev.weir.engine.kvcache.KvMoves;
import dev.weir.engine.request.SamplingParams;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Decides what each step computes. The rules, in the order in which they spend the step's tokens:
 *
 * <ol>
 *   <li>Running sequences that miss one token get it: a long prompt never delays another's next token. When a block is needed and none
 *       can be had, one running sequence gives up its own and waits to be computed again, output included: one of the least important,
 *       and of these the one that has least to compute again.
 *   <li>Running sequences that miss more get as much as the {@linkplain PrefillPace pace} allows, oldest first.
 *   <li>Waiting sequences begin, as their {@linkplain WaitingLine line} has it, when blocks for all that is known of them can be had; they
 *       take them at once, so that only new tokens can ever run out of blocks. Nobody overtakes the one whose turn it is.
 * </ol>
 *
 * <p>Age is order of beginning and survives preemption. Of the sequences that run, the most important one, and of several the oldest, that is
 * not paused, is nobody's victim; alone it fits, or admission would have refused it: so it always comes nearer to its end. What was preempted
 * begins before what was not. So nothing starves.
 *
 * @param <S> what the caller wants to get back for its results
 */
public final class Scheduler<S extends Sequence> {

    private final KvCache cache;
    private final BatchLimits limits;
    private final PrefillPace pace;
    private final FairShares shares = new FairShares();
    private final WaitingLine<S> waiting = new WaitingLine<>();
    private final StepPlan plan;
    private final List<S> running = new ArrayList<>();
    private final List<S> planned = new ArrayList<>();
    private final List<S> sampled = new ArrayList<>();
    private final List<S> runningView = Collections.unmodifiableList(running);
    private final List<S> plannedView = Collections.unmodifiableList(planned);
    private final List<S> sampledView = Collections.unmodifiableList(sampled);
    private final Victims victims;
    private final PromptRate promptRate = new PromptRate();
    private int nextTokens;
    private boolean promptsWanted;
    private long stepNumber;
    private long begunNumber;
    private long soughtTokens;
    private long foundTokens;
    private long foundTokensBefore;
    private long recomputedTokens;
    private long restoredTokens;

    /** One that computes again what is preempted: the cache has no places in the machine's memory. */
    public Scheduler(KvCache cache, BatchLimits limits, PrefillPace pace) {
        this(cache, limits, pace, new OffloadRule(new MeasuredStepCost()));
    }

    public Scheduler(KvCache cache, BatchLimits limits, PrefillPace pace, OffloadRule offloadRule) {
        this.cache = cache;
        this.limits = limits;
        this.pace = pace;
        victims = new Victims(cache, offloadRule);
        plan = new StepPlan(limits.stepTokensMax(), limits.sequencesMax());
    }

    /** Lets a sequence wait for its turn. */
    public void add(S sequence) {
        sequence.arrive(
                shares.enter(sequence.terms().tenant(), sequence.terms().tenantWeight()),
                WaitingLine.place(stepNumber, sequence.terms().priority()));
        waiting.add(sequence);
    }

    /** Ends a sequence wherever it is; its blocks are no longer owned by it when this returns. */
    public void remove(S sequence) {
        if (!running.remove(sequence) && !waiting.remove(sequence)) {
            throw new IllegalStateException("the sequence is not here");
        }
        shares.leave(sequence.share());
        cache.release(sequence.blocks());
        cache.dropCopy(sequence.blocks());
    }

    /** The next step; empty when no sequence can go on. The same object every time. */
    public StepPlan plan() {
        plan.clear();
        planned.clear();
        sampled.clear();
        stepNumber++;
        foundTokensBefore = foundTokens;
        cache.beginStep();
        for (int index = 0; index < running.size(); index++) {
            skipWhatOthersComputed(running.get(index));
        }
        makeRoom();
        nextTokens = handNextTokens();
        int room = limits.stepTokensMax() - nextTokens;
        promptsWanted = wantsMore();
        int budget = promptsWanted ? pace.promptTokens(nextTokens, room) : 0;
        beginWaiting(budget - handPrompts(budget));
        cache.check();
        return plan;
    }

    /** As {@link #apply(StepResult, long)}, for a step of which nobody knows what it took. */
    public void apply(StepResult result) {
        apply(result, 0);
    }

    /** Takes over what the plan made in {@code nanos}: its tokens are computed, and each sample is its sequence's next token. */
    public void apply(StepResult result, long nanos) {
        for (int index = 0; index < planned.size(); index++) {
            S sequence = planned.get(index);
            sequence.computed(plan.tokenCounts()[index]);
            cache.computed(
                    sequence.blocks(), sequence.tokenIds(), plan.computedTokens()[index], sequence.computedTokens());
        }
        for (int index = 0; index < sampled.size(); index++) {
            S sequence = sampled.get(index);
            if (plan.givenTokenIds()[index] != StepPlan.NONE_GIVEN) {
                sequence.scored();
                continue;
            }
            sequence.append(result.tokenIds()[index]);
            shares.charge(sequence.share(), 1);
        }
        int promptTokens = plan.tokenCount() - nextTokens;
        pace.measured(nextTokens, promptTokens, nanos);
        if (promptsWanted) {
            promptRate.measured(promptTokens + foundTokens - foundTokensBefore, nanos);
        }
    }

    /** A step failed, and those of its plan were removed: nothing that any block holds is believed any more. */
    public void forgetComputed() {
        while (!running.isEmpty()) {
            preempt(running.getLast(), Preemption.STEP_FAILED);
        }
        waiting.view().forEach(sequence -> cache.dropCopy(sequence.blocks()));
        cache.forget();
    }

    /** What has to move before the last plan is computed. */
    public KvMoves moves() {
        return cache.moves();
    }

    /** The sequences of the last plan, in its order. */
    public List<S> planned() {
        return plannedView;
    }

    /** The sequence of each of the last plan's samples, in its order; several times where its prompt is weighed. */
    public List<S> sampled() {
        return sampledView;
    }

    /** Sequences that own blocks, oldest first. */
    public List<S> running() {
        return runningView;
    }

    /** Sequences that own no blocks: those that were preempted, then those that have not begun. */
    public List<S> waiting() {
        return waiting.view();
    }

    public boolean isEmpty() {
        return running.isEmpty() && waiting.view().isEmpty();
    }

    /** Waiting sequences that had begun. */
    public int preemptedCount() {
        return waiting.preemptedCount();
    }

    public int ownedBlocks() {
        return cache.ownedBlocks();
    }

    /** Tokens that must be computed before those of a new sequence: of prompts that have begun, and of what was preempted. */
    public long promptBacklogTokens() {
        long tokens = 0;
        for (int index = 0; index < running.size(); index++) {
            tokens += Math.max(running.get(index).pendingTokens() - 1, 0);
        }
        for (int index = 0; index < waiting.preemptedCount(); index++) {
            tokens += waiting.view().get(index).pendingTokens();
        }
        return tokens;
    }

    /** How often, since the beginning, a sequence lost its blocks for this reason. */
    public long preemptionCount(Preemption reason) {
        return victims.count(reason);
    }

    /** Tokens that preempted sequences had to compute again, since the beginning. */
    public long recomputedTokens() {
        return recomputedTokens;
    }

    /** Blocks that preempted sequences had brought to the machine's memory, since the beginning. */
    public long offloadedBlocks() {
        return victims.offloadedBlocks();
    }

    /** Tokens that were brought back from there, since the beginning. */
    public long restoredTokens() {
        return restoredTokens;
    }

    /** Prompt tokens done with in a second while there are any, computed or found; 0 as long as too little was seen. */
    public double promptTokensPerSecond() {
        return promptRate.tokensPerSecond();
    }

    /** Tokens of all prompts that have begun, since the beginning. */
    public long soughtTokens() {
        return soughtTokens;
    }

    /** Those of them that others had computed. */
    public long foundTokens() {
        return foundTokens;
    }

    /** The whole invariant of the block accounting; for tests. */
    public void check() {
        List<BlockTable> tables = new ArrayList<>();
        running.forEach(sequence -> {
            tables.add(sequence.blocks());
            cache.check(sequence.blocks(), sequence.tokenIds());
        });
        waiting.view().forEach(sequence -> tables.add(sequence.blocks()));
        cache.check(tables);
    }

    private void skipWhatOthersComputed(S sequence) {
        int skipped = sequence.skipTo(cache.computed(sequence.blocks(), sequence.computedTokens()));
        if (skipped > 0 && sequence.isFirstTime()) {
            sequence.countCached(skipped);
            foundTokens += skipped;
        }
    }

    /** Takes back what was brought away of a sequence that begins again; returns how many tokens that are. */
    private int restore(S sequence) {
        return sequence.skipTo(cache.restore(sequence.blocks(), sequence.tokenIds(), sequence.computedTokens()));
    }

    /** Finds the blocks that next tokens need, or who has to do without. */
    private void makeRoom() {
        int index = 0;
        while (index < running.size()) {
            S sequence = running.get(index);
            if (!wantsNext(sequence) || cache.grow(sequence.blocks(), sequence.knownTokens())) {
                index++;
                continue;
            }
            S victim = victims.choose(running, index);
            preempt(victim, Victims.reason(victim, sequence));
            if (victim.begunNumber() < sequence.begunNumber()) {
                index--; // the list, which is in this order, has closed up before us
            }
        }
    }

    private int handNextTokens() {
        int handed = 0;
        for (int index = 0; index < running.size(); index++) {
            if (wantsNext(running.get(index))) {
                handed += hand(running.get(index), 1);
            }
        }
        return handed;
    }

    private int handPrompts(int budget) {
        int handed = 0;
        for (int index = 0; index < running.size() && handed < budget; index++) {
            S sequence = running.get(index);
            if (!sequence.isPaused() && sequence.pendingTokens() > 1) {
                handed += hand(sequence, Math.min(sequence.pendingTokens(), budget - handed));
            }
        }
        return handed;
    }

    private void beginWaiting(int tokenBudget) {
        int budget = tokenBudget;
        while (budget > 0) {
            S sequence = waiting.next(begunCount() < limits.sequencesMax());
            if (sequence == null || !cache.begin(sequence.blocks(), sequence.tokenIds(), sequence.knownTokens())) {
                return; // and nobody overtakes it
            }
            waiting.remove(sequence);
            boolean first = !sequence.hasBegun();
            if (first) {
                sequence.begin(begunNumber++);
                soughtTokens += sequence.promptTokens();
            }
            insertByAge(sequence);
            skipWhatOthersComputed(sequence);
            if (first) {
                shares.turn(sequence.share());
                shares.charge(sequence.share(), sequence.pendingTokens());
            } else {
                restoredTokens += restore(sequence);
                recomputedTokens += sequence.recomputedTokens();
            }
            budget -= hand(sequence, Math.min(sequence.pendingTokens(), budget));
        }
    }

    private int begunCount() {
        return running.size() + waiting.preemptedCount();
    }

    private boolean wantsMore() {
        if (!waiting.view().isEmpty()) {
            return true;
        }
        for (int index = 0; index < running.size(); index++) {
            if (!running.get(index).isPaused() && running.get(index).pendingTokens() > 1) {
                return true;
            }
        }
        return false;
    }

    private static boolean wantsNext(Sequence sequence) {
        return !sequence.isPaused() && sequence.pendingTokens() == 1;
    }

    private void preempt(S victim, Preemption reason) {
        running.remove(victim);
        victims.giveUp(victim, reason);
        waiting.addPreempted(victim);
    }

    /** Plans the sequence's next tokens; returns how many, which is none where another computes them for it. */
    private int hand(S sequence, int tokenCount) {
        int computedTokens = sequence.computedTokens();
        if (!cache.claim(sequence.blocks(), computedTokens)) {
            return 0;
        }
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
                weighPrompt(sequence, tokenCount);
                if (caughtUp) {
                    plan.sampleHere(sequence.sampling(), sequence.allowedTokens(), sequence.shifts());
                    sampled.add(sequence);
                }
            }
        }
    }

    /** Asks how likely the next token was after each of the {@code tokenCount} just handed, where that is wanted and not yet known. */
    private void weighPrompt(S sequence, int tokenCount) {
        SamplingParams scoring = sequence.promptScoring();
        if (scoring == null) {
            return;
        }
        int end = sequence.computedTokens() + tokenCount;
        int weighedEnd = Math.min(end, sequence.promptTokens() - 1);
        for (int position = Math.max(sequence.computedTokens(), sequence.scoredTokens());
                position < weighedEnd;
                position++) {
            plan.weigh(scoring, end - 1 - position, sequence.tokenId(position + 1));
            sampled.add(sequence);
        }
    }

    private void insertByAge(S sequence) {
        int index = running.size();
        while (index > 0 && running.get(index - 1).begunNumber() > sequence.begunNumber()) {
            index--;
        }
        running.add(index, sequence);
    }
}
