package dev.weir.engine.sampling.constraint.automaton;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/** Makes {@link Stacks}, each set once. */
final class StacksTable {

    /** So few, as there are nearly always, are sorted by insertion. */
    private static final int INSERTED_MAX = 32;

    private static final long[] NO_SYMBOLS = {};
    private static final Stacks[] NO_TAILS = {};

    private final Map<Stacks, Stacks> made = new HashMap<>();
    private final Work work;
    private final Stacks none = new Stacks(NO_SYMBOLS, NO_TAILS, false);
    private final Stacks empty = new Stacks(NO_SYMBOLS, NO_TAILS, true);

    StacksTable(Work work) {
        this.work = work;
    }

    /** No stack. */
    Stacks none() {
        return none;
    }

    /** The one stack without symbols. */
    Stacks empty() {
        return empty;
    }

    int size() {
        return made.size();
    }

    /** Forgets what was made. Sets in use stay valid; they are merely no longer found again. */
    void clear() {
        made.clear();
    }

    Stacks push(long symbol, Stacks tail) {
        return once(new Stacks(new long[] {symbol}, new Stacks[] {tail}, false));
    }

    /** The set of these, whose symbols may repeat and come in any order. The arrays are scratch. */
    Stacks of(long[] symbols, Stacks[] tails, int count, boolean withEmpty) {
        if (count == 0) {
            return withEmpty ? empty : none;
        }
        sort(symbols, tails, count);
        long[] unique = new long[count];
        Stacks[] below = new Stacks[count];
        int size = 0;
        for (int i = 0; i < count; i++) {
            if (size > 0 && unique[size - 1] == symbols[i]) {
                below[size - 1] = union(below[size - 1], tails[i]);
            } else {
                unique[size] = symbols[i];
                below[size++] = tails[i];
            }
        }
        return once(new Stacks(Arrays.copyOf(unique, size), Arrays.copyOf(below, size), withEmpty));
    }

    private void sort(long[] symbols, Stacks[] tails, int count) {
        work.done(count);
        if (count > INSERTED_MAX) {
            Integer[] order = new Integer[count];
            Arrays.setAll(order, i -> i);
            Arrays.sort(order, Comparator.comparingLong(i -> symbols[i]));
            long[] symbolsBefore = Arrays.copyOf(symbols, count);
            Stacks[] tailsBefore = Arrays.copyOf(tails, count);
            for (int i = 0; i < count; i++) {
                symbols[i] = symbolsBefore[order[i]];
                tails[i] = tailsBefore[order[i]];
            }
            return;
        }
        for (int i = 1; i < count; i++) {
            long symbol = symbols[i];
            Stacks tail = tails[i];
            int at = i;
            for (; at > 0 && symbols[at - 1] > symbol; at--) {
                symbols[at] = symbols[at - 1];
                tails[at] = tails[at - 1];
            }
            symbols[at] = symbol;
            tails[at] = tail;
        }
    }

    @SuppressWarnings("ReferenceEquality") // equal sets are one object
    private Stacks union(Stacks a, Stacks b) {
        if (a == b) {
            return a;
        }
        int count = a.size() + b.size();
        work.done(count + 1);
        long[] symbols = new long[count];
        Stacks[] tails = new Stacks[count];
        int size = 0;
        int i = 0;
        int j = 0;
        while (i < a.size() || j < b.size()) {
            boolean fromA = j == b.size() || (i < a.size() && a.symbol(i) <= b.symbol(j));
            boolean fromB = i == a.size() || (j < b.size() && b.symbol(j) <= a.symbol(i));
            symbols[size] = fromA ? a.symbol(i) : b.symbol(j);
            tails[size++] = fromA && fromB ? union(a.tail(i), b.tail(j)) : fromA ? a.tail(i) : b.tail(j);
            i += fromA ? 1 : 0;
            j += fromB ? 1 : 0;
        }
        boolean withEmpty = a.withEmpty() || b.withEmpty();
        if (size == 0) {
            return withEmpty ? empty : none;
        }
        return once(new Stacks(Arrays.copyOf(symbols, size), Arrays.copyOf(tails, size), withEmpty));
    }

    private Stacks once(Stacks stacks) {
        work.done(1);
        Stacks known = made.putIfAbsent(stacks, stacks);
        return known == null ? stacks : known;
    }
}
