package dev.weir.engine.scheduling;

import dev.weir.engine.kvcache.KvCache;
import dev.weir.engine.request.Pooling;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Who gives up its blocks when a running sequence needs one and none can be had, and what becomes of what they hold. */
final class Victims {

    private final KvCache cache;
    private final OffloadRule offloadRule;
    private final Map<Preemption, Long> counts = new EnumMap<>(Preemption.class);
    private long offloadedBlocks;

    Victims(KvCache cache, OffloadRule offloadRule) {
        this.cache = cache;
        this.offloadRule = offloadRule;
    }

    /** Of those that run, the one that gives way so that the needy one at an index can go on; perhaps itself. */
    <S extends Sequence> S choose(List<S> running, int needy) {
        int spared = needy;
        for (int index = 0; index < running.size(); index++) {
            if (!running.get(index).isPaused() && running.get(index).outranks(running.get(spared))) {
                spared = index;
            }
        }
        int victim = spared;
        for (int index = 0; index < running.size(); index++) {
            if (index != spared && (victim == spared || givesWayBefore(running.get(index), running.get(victim)))) {
                victim = index;
            }
        }
        return running.get(victim);
    }

    /** Less important first; then what gives anybody a block; then what has less to compute again; then the younger. */
    private boolean givesWayBefore(Sequence sequence, Sequence other) {
        if (sequence.terms().priority() != other.terms().priority()) {
            return sequence.terms().priority() > other.terms().priority();
        }
        boolean gives = cache.ownsAlone(sequence.blocks());
        if (gives != cache.ownsAlone(other.blocks())) {
            return gives;
        }
        int lost = wouldLose(sequence);
        int otherLost = wouldLose(other);
        return lost != otherLost ? lost < otherLost : sequence.begunNumber() > other.begunNumber();
    }

    private int wouldLose(Sequence sequence) {
        return sequence.computedTokens() - cache.keptTokens(sequence.blocks(), sequence.computedTokens());
    }

    /** Why a victim gives way to the needy one. */
    static Preemption reason(Sequence victim, Sequence needy) {
        if (victim.begunNumber() == needy.begunNumber()) {
            return Preemption.GAVE_WAY;
        }
        return victim.terms().priority() > needy.terms().priority() ? Preemption.LOWER_PRIORITY : Preemption.LEAST_LOST;
    }

    /** Takes a sequence's blocks; what they hold is brought away first where that pays. */
    void giveUp(Sequence victim, Preemption reason) {
        if (reason != Preemption.STEP_FAILED) {
            offload(victim);
        }
        cache.release(victim.blocks());
        victim.forgetComputed();
        counts.merge(reason, 1L, Long::sum);
    }

    /**
     * What others own stays, and the rest is counted as lost, though some of it may still be found: others run out of blocks at this moment. A mean
     * needs the hidden states of all its tokens at once, and is begun again.
     */
    private void offload(Sequence victim) {
        int shared = cache.sharedBlocks(victim.blocks());
        int blockCount = cache.blocksFor(victim.computedTokens()) - shared;
        int tokenCount = victim.computedTokens() - shared * cache.blockTokens();
        if (blockCount > 0
                && victim.pooling() != Pooling.MEAN
                && offloadRule.pays(blockCount, tokenCount)
                && cache.offload(victim.blocks(), victim.computedTokens())) {
            offloadedBlocks += blockCount;
        }
    }

    long count(Preemption reason) {
        return counts.getOrDefault(reason, 0L);
    }

    /** Blocks that were brought away, since the beginning. */
    long offloadedBlocks() {
        return offloadedBlocks;
    }
}
