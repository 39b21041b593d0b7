package dev.weir.engine.scheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.kvcache.KvCache;
import dev.weir.engine.request.CacheSalt;
import dev.weir.engine.request.GenerationRequest;
import dev.weir.engine.request.Pooling;
import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.request.ServiceTerms;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SchedulerTest {

    private static final int BLOCK_TOKENS = 4;

    private int promptCount;

    @Test
    void aLongPromptIsComputedInChunksAndSampledAfterTheLast() {
        Scheduler<Sequence> scheduler = scheduler(16, 8, 2);
        Sequence sequence = add(scheduler, 20);
        step(scheduler);
        assertThat(sequence.computedTokens()).isEqualTo(8);
        step(scheduler);
        assertThat(sequence.computedTokens()).isEqualTo(16);
        assertThat(sequence.outputTokens()).isZero();
        StepPlan plan = step(scheduler);
        assertThat(plan.tokenCount()).isEqualTo(4);
        assertThat(plan.computedTokens()[0]).isEqualTo(16);
        assertThat(plan.sampleTokenIndexes()[0]).isEqualTo(3);
        assertThat(sequence.computedTokens()).isEqualTo(20);
        assertThat(sequence.outputTokens()).isEqualTo(1);
    }

    @Test
    void aPlanCarriesEachSequencesAdapter() {
        Scheduler<Sequence> scheduler = scheduler(16, 8, 3);
        scheduler.add(new Sequence(new int[2], SamplingParams.greedy(), 71, Pooling.NONE, ServiceTerms.STANDARD));
        scheduler.add(new Sequence(new int[2], SamplingParams.greedy()));
        scheduler.add(new Sequence(new int[2], SamplingParams.greedy(), 72, Pooling.NONE, ServiceTerms.STANDARD));
        assertThat(scheduler.plan().adapterIds()).startsWith(71, GenerationRequest.NO_ADAPTER, 72);
    }

    @Test
    void aMeanAsksForTheHiddenStateOfEveryTokenWhateverTheChunk() {
        Scheduler<Sequence> scheduler = scheduler(16, 8, 2);
        Sequence sequence = new Sequence(new int[11], SamplingParams.greedy(), 0, Pooling.MEAN, ServiceTerms.STANDARD);
        scheduler.add(sequence);
        StepPlan plan = step(scheduler);
        assertThat(Arrays.copyOf(plan.hiddenTokenIndexes(), plan.hiddenCount()))
                .containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
        plan = step(scheduler);
        assertThat(Arrays.copyOf(plan.hiddenTokenIndexes(), plan.hiddenCount())).containsExactly(0, 1, 2);
        assertThat(plan.sampleCount()).isZero();
        assertThat(sequence.outputTokens()).isZero();
    }

    @Test
    void aLastTokensHiddenStateIsAskedForOnceItIsComputed() {
        Scheduler<Sequence> scheduler = scheduler(16, 8, 2);
        scheduler.add(new Sequence(new int[11], SamplingParams.greedy(), 0, Pooling.LAST_TOKEN, ServiceTerms.STANDARD));
        assertThat(step(scheduler).hiddenCount()).isZero();
        StepPlan plan = step(scheduler);
        assertThat(Arrays.copyOf(plan.hiddenTokenIndexes(), plan.hiddenCount())).containsExactly(2);
        assertThat(plan.sampleCount()).isZero();
    }

    @Test
    void aLongPromptDelaysNobodysNextToken() {
        Scheduler<Sequence> scheduler = scheduler(100, 8, 3);
        Sequence talker = add(scheduler, 4);
        step(scheduler);
        Sequence reader = add(scheduler, 100);
        for (int step = 1; step <= 10; step++) {
            step(scheduler);
            assertThat(talker.outputTokens()).isEqualTo(1 + step);
            assertThat(reader.computedTokens()).isEqualTo(7 * step);
        }
    }

    @Test
    void waitingSequencesBeginInOrderOfArrivalAndNobodyOvertakes() {
        Scheduler<Sequence> scheduler = scheduler(4, 64, 8);
        Sequence first = add(scheduler, 8);
        Sequence large = add(scheduler, 12);
        Sequence small = add(scheduler, 1);
        step(scheduler);
        assertThat(scheduler.running()).containsExactly(first);
        assertThat(scheduler.waiting()).containsExactly(large, small);
        scheduler.remove(first);
        step(scheduler);
        assertThat(scheduler.running()).containsExactly(large, small);
    }

    @Test
    void whatGivesWayComesBackWithItsOutputAndComputesOnlyWhatWasLost() {
        Scheduler<Sequence> scheduler = scheduler(4, 64, 8);
        Sequence old = add(scheduler, 7);
        Sequence young = add(scheduler, 7);
        step(scheduler);
        step(scheduler);
        assertThat(young.knownTokens()).isEqualTo(9);
        StepPlan plan = step(scheduler); // both need a third block and there is none
        assertThat(plan.sequenceCount()).isEqualTo(1);
        assertThat(scheduler.running()).containsExactly(old);
        assertThat(scheduler.waiting()).containsExactly(young);
        assertThat(young.computedTokens()).isZero();
        assertThat(young.knownTokens()).isEqualTo(9);
        assertThat(scheduler.preemptedCount()).isEqualTo(1);
        scheduler.remove(old);
        plan = step(scheduler); // the older one took the last of its blocks, the first is still there
        assertThat(plan.tokenCount()).isEqualTo(5);
        assertThat(young.computedTokens()).isEqualTo(9);
        assertThat(young.knownTokens()).isEqualTo(10);
    }

    @Test
    void aPausedSequenceKeepsItsBlocksAndGetsNoTokens() {
        Scheduler<Sequence> scheduler = scheduler(4, 64, 8);
        Sequence sequence = add(scheduler, 7);
        step(scheduler);
        sequence.pause(true);
        assertThat(scheduler.plan().isEmpty()).isTrue();
        assertThat(sequence.blocks().count()).isEqualTo(2);
        sequence.pause(false);
        assertThat(scheduler.plan().tokenCount()).isEqualTo(1);
    }

    @Test
    void preemptedSequencesCountAmongThoseThatHaveBegun() {
        Scheduler<Sequence> scheduler = scheduler(4, 64, 2);
        add(scheduler, 7);
        Sequence second = add(scheduler, 7);
        Sequence third = add(scheduler, 1);
        step(scheduler);
        step(scheduler);
        step(scheduler);
        second.pause(true); // preempted and paused: the third would be next, but two have begun
        step(scheduler);
        assertThat(third.hasBegun()).isFalse();
    }

    @Test
    void removingFreesTheBlocksWhereverTheSequenceIs() {
        Scheduler<Sequence> scheduler = scheduler(8, 8, 2);
        Sequence decoding = add(scheduler, 2);
        Sequence prefilling = add(scheduler, 20);
        Sequence queued = add(scheduler, 4);
        step(scheduler);
        assertThat(scheduler.ownedBlocks()).isEqualTo(6);
        scheduler.remove(queued);
        scheduler.remove(prefilling);
        scheduler.remove(decoding);
        scheduler.check();
        assertThat(scheduler.ownedBlocks()).isZero();
        assertThat(scheduler.isEmpty()).isTrue();
        assertThatThrownBy(() -> scheduler.remove(decoding)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aBudgetThatWouldStarveSequencesIsRefused() {
        assertThatThrownBy(() -> new BatchLimits(3, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3 < 4");
    }

    @Test
    void whoeverComesWithTheSamePromptWaitsForItAndComputesOnlyItsOwnEnd() {
        Scheduler<Sequence> scheduler = scheduler(16, 8, 4);
        int[] prompt = new int[18];
        Sequence first = add(scheduler, prompt, ServiceTerms.STANDARD);
        Sequence second = add(scheduler, prompt, ServiceTerms.STANDARD);
        assertThat(step(scheduler).sequenceCount()).isEqualTo(1);
        assertThat(step(scheduler).sequenceCount()).isEqualTo(1);
        StepPlan plan = step(scheduler); // 16 tokens are shared, the last two are each one's own
        assertThat(plan.sequenceCount()).isEqualTo(2);
        assertThat(plan.tokenCount()).isEqualTo(4);
        assertThat(first.cachedTokens()).isZero();
        assertThat(second.cachedTokens()).isEqualTo(16);
        assertThat(scheduler.ownedBlocks()).isEqualTo(6);
        assertThat(scheduler.soughtTokens()).isEqualTo(36);
        assertThat(scheduler.foundTokens()).isEqualTo(16);
    }

    @Test
    void theLeastImportantGivesWayHoweverMuchItLoses() {
        Scheduler<Sequence> scheduler = scheduler(6, 64, 8);
        Sequence unimportant = add(scheduler, prompt(7), terms("tenant", 5));
        Sequence important = add(scheduler, prompt(7), terms("tenant", -5));
        Sequence needy = add(scheduler, prompt(7), terms("tenant", 0));
        step(scheduler);
        step(scheduler);
        step(scheduler);
        assertThat(scheduler.running()).containsExactlyInAnyOrder(important, needy);
        assertThat(scheduler.waiting()).containsExactly(unimportant);
        assertThat(scheduler.preemptionCount(Preemption.LOWER_PRIORITY)).isEqualTo(1);
    }

    @Test
    void amongEquallyImportantTheOneThatHasLeastToComputeAgainGivesWay() {
        Scheduler<Sequence> scheduler = scheduler(9, 64, 8);
        Sequence oldest = add(scheduler, prompt(12), ServiceTerms.STANDARD);
        // Both own their last block alone. What they would compute again: 1 token of the first, 3 of the second.
        Sequence keepsMost = add(scheduler, prompt(9), ServiceTerms.STANDARD);
        Sequence keepsLess = add(scheduler, prompt(11), ServiceTerms.STANDARD);
        step(scheduler);
        step(scheduler); // the oldest needs a fourth block and none is left
        assertThat(scheduler.waiting()).containsExactly(keepsMost);
        assertThat(scheduler.running()).containsExactly(oldest, keepsLess);
        assertThat(scheduler.preemptionCount(Preemption.LEAST_LOST)).isEqualTo(1);
    }

    @Test
    void tenantsTakeTurnsHoweverManyRequestsOneOfThemSends() {
        Scheduler<Sequence> scheduler = scheduler(64, 8, 1);
        for (int count = 0; count < 6; count++) {
            add(scheduler, prompt(8), terms("many", ServiceTerms.PRIORITY_MIN));
        }
        Sequence few = add(scheduler, prompt(8), terms("few", ServiceTerms.PRIORITY_MAX));
        step(scheduler);
        scheduler.remove(scheduler.running().getFirst());
        step(scheduler);
        assertThat(scheduler.running()).containsExactly(few);
    }

    @Test
    void afterAFailedStepNothingThatBlocksHoldIsBelieved() {
        Scheduler<Sequence> scheduler = scheduler(16, 64, 4);
        Sequence sequence = add(scheduler, prompt(12), ServiceTerms.STANDARD);
        step(scheduler);
        scheduler.forgetComputed();
        scheduler.check();
        assertThat(scheduler.preemptionCount(Preemption.STEP_FAILED)).isEqualTo(1);
        assertThat(step(scheduler).tokenCount()).isEqualTo(13);
        assertThat(scheduler.recomputedTokens()).isEqualTo(12);
        assertThat(sequence.outputTokens()).isEqualTo(2);
    }

    /** Two blocks there and back, or eight tokens again. */
    @Test
    void whatGivesWayIsBroughtAwayAndBackWhereThatIsQuicker() {
        Scheduler<Sequence> scheduler = offloading(1.9);
        Sequence old = add(scheduler, 7);
        Sequence young = add(scheduler, 7);
        step(scheduler);
        step(scheduler);
        step(scheduler); // both need a third block and there is none
        assertThat(scheduler.waiting()).containsExactly(young);
        assertThat(scheduler.moves().offloads().count()).isEqualTo(2);
        assertThat(scheduler.offloadedBlocks()).isEqualTo(2);
        step(scheduler);
        assertThat(scheduler.moves().count()).isZero();
        scheduler.remove(old);
        StepPlan plan = step(scheduler); // the first of its blocks is still there
        assertThat(plan.tokenCount()).isEqualTo(1);
        assertThat(scheduler.moves().restores().count()).isEqualTo(1);
        assertThat(scheduler.restoredTokens()).isEqualTo(4);
        assertThat(scheduler.recomputedTokens()).isZero();
        assertThat(young.computedTokens()).isEqualTo(9);
    }

    @Test
    void whatIsQuickerToComputeAgainIsNotBroughtAway() {
        Scheduler<Sequence> scheduler = offloading(2.1);
        add(scheduler, 7);
        Sequence young = add(scheduler, 7);
        step(scheduler);
        step(scheduler);
        step(scheduler);
        assertThat(scheduler.waiting()).containsExactly(young);
        assertThat(scheduler.moves().count()).isZero();
    }

    @Test
    void whatWasBroughtAwayIsNotBelievedAfterAFailedStep() {
        Scheduler<Sequence> scheduler = offloading(1);
        Sequence old = add(scheduler, 7);
        Sequence young = add(scheduler, 7);
        step(scheduler);
        step(scheduler);
        step(scheduler);
        assertThat(scheduler.offloadedBlocks()).isEqualTo(2);
        scheduler.remove(old);
        scheduler.forgetComputed();
        scheduler.check();
        assertThat(step(scheduler).tokenCount()).isEqualTo(young.promptTokens() + 2);
        assertThat(scheduler.restoredTokens()).isZero();
    }

    @Test
    void aSequenceThatEndsAwayGivesItsPlacesBack() {
        KvCache cache = new KvCache(4, 2, BLOCK_TOKENS, true);
        Scheduler<Sequence> scheduler = offloading(cache, 1);
        add(scheduler, 7);
        Sequence young = add(scheduler, 7);
        step(scheduler);
        step(scheduler);
        step(scheduler);
        assertThat(cache.offloadedBlocks()).isEqualTo(2);
        scheduler.remove(young);
        scheduler.check();
        assertThat(cache.offloadedBlocks()).isZero();
    }

    private static Scheduler<Sequence> offloading(double tokensPerMove) {
        return offloading(new KvCache(4, 8, BLOCK_TOKENS, true), tokensPerMove);
    }

    /** Moving a block, one way, takes as long as to compute so many tokens; nothing that steps take changes that. */
    private static Scheduler<Sequence> offloading(KvCache cache, double tokensPerMove) {
        OffloadRule rule = new OffloadRule(new FixedStepCost());
        rule.moved(1, (long) (tokensPerMove * FixedStepCost.PROMPT_TOKEN_NANOS));
        return new Scheduler<>(cache, new BatchLimits(64, 8), new PrefillPace(0, new MeasuredStepCost()), rule);
    }

    /** A machine that is known. */
    private record FixedStepCost() implements StepCost {

        private static final long PROMPT_TOKEN_NANOS = 1000;

        @Override
        public long undisturbedNanos(int nextTokens) {
            return PROMPT_TOKEN_NANOS;
        }

        @Override
        public double promptTokenNanos() {
            return PROMPT_TOKEN_NANOS;
        }

        @Override
        public void measured(int nextTokens, int promptTokens, long nanos) {}
    }

    private static Scheduler<Sequence> scheduler(int blockCount, int stepTokensMax, int sequencesMax) {
        return new Scheduler<>(
                new KvCache(blockCount, BLOCK_TOKENS, true),
                new BatchLimits(stepTokensMax, sequencesMax),
                new PrefillPace(0, new MeasuredStepCost()));
    }

    private Sequence add(Scheduler<Sequence> scheduler, int promptTokens) {
        return add(scheduler, prompt(promptTokens), ServiceTerms.STANDARD);
    }

    private static Sequence add(Scheduler<Sequence> scheduler, int[] prompt, ServiceTerms terms) {
        Sequence sequence = new Sequence(prompt, SamplingParams.greedy(), 0, Pooling.NONE, terms);
        scheduler.add(sequence);
        return sequence;
    }

    /** No two have anything in common. */
    private int[] prompt(int tokenCount) {
        int first = 1000 * promptCount++;
        int[] prompt = new int[tokenCount];
        Arrays.setAll(prompt, index -> first + index);
        return prompt;
    }

    private static ServiceTerms terms(String tenant, int priority) {
        return new ServiceTerms(tenant, 1, priority, ServiceTerms.NO_DEADLINE, CacheSalt.NONE);
    }

    private static StepPlan step(Scheduler<Sequence> scheduler) {
        StepPlan plan = scheduler.plan();
        scheduler.check();
        scheduler.apply(new StepResult(64, 0));
        return plan;
    }
}
