package dev.weir.engine.sampling;

import dev.weir.engine.request.LogitRules;
import dev.weir.engine.request.LogitShifts;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** Keeps the shifts that an answer's rules ask for while it is written. They follow from its tokens alone. */
public final class ShiftedLogits {

    private final LogitRules rules;
    private final Set<Integer> barred;
    private final LogitShifts shifts = new LogitShifts();
    private int[] outputCounts = new int[0];
    private boolean[] seen = new boolean[0];

    /**
     * Shifts for the first token.
     *
     * @param barred tokens that are not to be drawn until {@link #unbar}
     */
    public ShiftedLogits(LogitRules rules, int[] promptTokenIds, Set<Integer> barred) {
        this.rules = rules;
        this.barred = new HashSet<>(barred);
        if (rules.repetitionPenalty() != 1) {
            for (int id : promptTokenIds) {
                int index = index(id);
                seen[index] = true;
                shift(index);
            }
        }
        rules.bias().keySet().forEach(id -> shift(index(id)));
        barred.forEach(id -> shift(index(id)));
    }

    /** What is to be done to the next token's logits. The same object every time. */
    public LogitShifts shifts() {
        return shifts;
    }

    /** The answer has one more token. */
    public void drawn(int tokenId) {
        if (rules.punish()) {
            int index = index(tokenId);
            outputCounts[index]++;
            seen[index] = true;
            shift(index);
        }
    }

    /** What was barred may be drawn. */
    public void unbar() {
        Set<Integer> free = Set.copyOf(barred);
        barred.clear();
        free.forEach(id -> shift(index(id)));
    }

    private int index(int tokenId) {
        int index = shifts.indexOf(tokenId);
        if (index >= seen.length) {
            int capacity = Math.max(16, 2 * index);
            seen = Arrays.copyOf(seen, capacity);
            outputCounts = Arrays.copyOf(outputCounts, capacity);
        }
        return index;
    }

    private void shift(int index) {
        int tokenId = shifts.tokenId(index);
        float bias = rules.bias().getOrDefault(tokenId, 0f);
        int count = outputCounts[index];
        if (count > 0) {
            bias -= rules.presencePenalty() + rules.frequencyPenalty() * count;
        }
        float repetition = seen[index] ? rules.repetitionPenalty() : 1;
        shifts.set(index, repetition, barred.contains(tokenId) ? Float.NEGATIVE_INFINITY : bias);
    }
}
