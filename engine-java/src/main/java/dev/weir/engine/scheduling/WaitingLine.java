package dev.weir.engine.scheduling;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sequences that own no blocks. Those that were preempted come first: they were promised an answer. Of the others the next one is the first
 * of the tenant that has had least.
 *
 * <p>A tenant's own stand by priority, and each point of it is worth {@value #AGING_STEPS} steps of waiting. So the order of two sequences
 * never changes while they wait, and whatever comes later than {@code AGING_STEPS} times the range of priorities stands behind: nothing
 * starves.
 */
final class WaitingLine<S extends Sequence> {

    static final int AGING_STEPS = 16;

    /** The preempted by importance and age, then the others by place. */
    private final List<S> sequences = new ArrayList<>();

    private final List<S> view = Collections.unmodifiableList(sequences);
    private int preemptedCount;

    List<S> view() {
        return view;
    }

    int preemptedCount() {
        return preemptedCount;
    }

    /** Where a sequence that comes in at a step belongs among its tenant's. */
    static long place(long stepNumber, int priority) {
        return stepNumber + (long) priority * AGING_STEPS;
    }

    void add(S sequence) {
        int index = sequences.size();
        while (index > preemptedCount && sequences.get(index - 1).place() > sequence.place()) {
            index--;
        }
        sequences.add(index, sequence);
    }

    void addPreempted(S sequence) {
        int index = preemptedCount++;
        while (index > 0 && sequence.outranks(sequences.get(index - 1))) {
            index--;
        }
        sequences.add(index, sequence);
    }

    /** False if it is not here. */
    boolean remove(S sequence) {
        int index = sequences.indexOf(sequence);
        if (index < 0) {
            return false;
        }
        sequences.remove(index);
        if (index < preemptedCount) {
            preemptedCount--;
        }
        return true;
    }

    /** Whose turn it is; null if nobody's, or only that of one that has not begun and may not. */
    @Nullable
    S next(boolean mayBegin) {
        for (int index = 0; index < preemptedCount; index++) {
            if (!sequences.get(index).isPaused()) {
                return sequences.get(index);
            }
        }
        if (!mayBegin || preemptedCount == sequences.size()) {
            return null;
        }
        S next = sequences.get(preemptedCount);
        for (int index = preemptedCount + 1; index < sequences.size(); index++) {
            if (sequences.get(index).share().isBehind(next.share())) {
                next = sequences.get(index);
            }
        }
        return next;
    }
}
