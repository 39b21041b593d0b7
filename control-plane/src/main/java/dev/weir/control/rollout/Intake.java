package dev.weir.control.rollout;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Puts observations into their order, each once. One that is missing is waited for until later ones say that it is too late; then it is
 * skipped, and if it comes after all it is dropped. No clock is asked, so none can be wrong.
 *
 * @param next the number of the observation that comes next
 * @param waiting later ones, by number
 */
record Intake(long next, SortedMap<Long, Observation> waiting) {
    static final Intake EMPTY = new Intake(0, new TreeMap<>());

    /** The intake afterwards, and what is in order now. */
    record Ordered(Intake intake, List<Observation> observations) {}

    Ordered after(Observation observation, int reorderTickCount) {
        if (observation.number() < next || waiting.containsKey(observation.number())) {
            return new Ordered(this, List.of());
        }
        if (observation.number() == next && waiting.isEmpty()) {
            return new Ordered(new Intake(next + 1, waiting), List.of(observation));
        }
        SortedMap<Long, Observation> pending = new TreeMap<>(waiting);
        pending.put(observation.number(), observation);
        long expected = next;
        List<Observation> ordered = new ArrayList<>();
        while (!pending.isEmpty()
                && (pending.firstKey() == expected || pending.lastKey() - expected >= reorderTickCount)) {
            // Either it is the next one, or what was to come before it is given up.
            long number = pending.firstKey();
            ordered.add(pending.remove(number));
            expected = number + 1;
        }
        return new Ordered(new Intake(expected, pending), List.copyOf(ordered));
    }
}
