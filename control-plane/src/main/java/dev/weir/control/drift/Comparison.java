package dev.weir.control.drift;

import dev.weir.control.statistics.PopulationShift;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How far a signal's distribution has moved from its reference.
 *
 * <p>An ordered signal is cut where the reference has a tenth each, another one into its nine commonest values and the rest. The comparison
 * given the input weighs the reference's answers so that each kind of question (its type and its topic) has the share that it has now: what
 * is left has not come of other questions. The weighed reference counts as the number of answers that would be as uncertain (Kish, "Survey
 * Sampling", 1965: {@code (sum w)^2 / sum (w^2/n)}).
 *
 * @param all as it is
 * @param givenInput weighed; null for inputs, and where too many questions are of kinds that the reference hardly has
 * @param groups the shares before and now, in order
 */
public record Comparison(Moved all, @Nullable Moved givenInput, List<Group> groups) {
    /** A move that is smaller matters to nobody. */
    static final double INDEX_MIN = 0.1;

    static final int COUNT_MIN = 500;
    private static final double CHANCE = 0.01;
    private static final int GROUPS_MAX = 10;
    private static final int KIND_COUNT_MIN = 20;
    private static final double KNOWN_SHARE_MIN = 0.8;
    private static final String REST = "other";

    /** What a question is. */
    record Kind(String queryType, int topic) {}

    /** Counts of each kind's values. */
    interface Counts {
        /** How often a kind of question had a value; 0 where it had not. */
        long of(Kind kind, String bin);
    }

    /** Values that are looked at together; {@code name} is the first of them. */
    public record Group(String name, double referenceShare, double share) {}

    /**
     * A distance.
     *
     * @param index the population stability index
     * @param indexByChance what it exceeds once in a hundred times though nothing has moved
     * @param jensenShannon the Jensen-Shannon distance
     */
    public record Moved(
            double index,
            double indexByChance,
            double jensenShannon,
            double jensenShannonByChance,
            long referenceCount,
            long count) {
        static Moved between(long[] reference, long[] now) {
            PopulationShift shift = PopulationShift.between(reference, now);
            return new Moved(
                    shift.index(),
                    shift.indexByChance(CHANCE),
                    shift.jensenShannon(),
                    shift.jensenShannonByChance(CHANCE),
                    sum(reference),
                    sum(now));
        }

        public boolean isTold() {
            return referenceCount >= COUNT_MIN && count >= COUNT_MIN;
        }

        public boolean hasMoved() {
            return isTold() && index >= Math.max(INDEX_MIN, indexByChance);
        }
    }

    /** Compares what was counted of some kinds and values. */
    static Comparison of(Signal signal, Set<Kind> kinds, Set<String> bins, Counts before, Counts now) {
        List<Set<String>> groups = groups(signal, kinds, bins, before);
        long[][] reference = table(kinds, groups, before);
        long[][] sample = table(kinds, groups, now);
        long[] all = total(reference, groups.size());
        long[] current = total(sample, groups.size());
        Moved plain = Moved.between(all, current);
        List<Group> shown = new ArrayList<>();
        for (int g = 0; g < groups.size(); g++) {
            String name =
                    groups.get(g).isEmpty() ? REST : groups.get(g).iterator().next();
            shown.add(new Group(name, share(all, g), share(current, g)));
        }
        return new Comparison(plain, signal.isInput() ? null : givenInput(reference, sample, groups.size()), shown);
    }

    private static @Nullable Moved givenInput(long[][] reference, long[][] sample, int groupCount) {
        double[] weighed = new double[groupCount];
        long[] known = new long[groupCount];
        double weights = 0;
        double uncertainty = 0;
        long all = 0;
        for (int k = 0; k < reference.length; k++) {
            long before = sum(reference[k]);
            long now = sum(sample[k]);
            all += now;
            if (before < KIND_COUNT_MIN || now == 0) {
                continue;
            }
            weights += now;
            uncertainty += now * (double) now / before;
            for (int g = 0; g < groupCount; g++) {
                weighed[g] += now * (reference[k][g] / (double) before);
                known[g] += sample[k][g];
            }
        }
        if (weights == 0 || weights < KNOWN_SHARE_MIN * all) {
            return null;
        }
        double effectiveCount = weights * weights / uncertainty;
        long[] expected = new long[groupCount];
        for (int g = 0; g < groupCount; g++) {
            expected[g] = Math.round(weighed[g] / weights * effectiveCount);
        }
        return Moved.between(expected, known);
    }

    /** The values that are looked at together; the last group of a signal without order is whatever is in no other. */
    private static List<Set<String>> groups(Signal signal, Set<Kind> kinds, Set<String> bins, Counts before) {
        List<Set<String>> groups = new ArrayList<>();
        if (!signal.isOrdered()) {
            Set<String> rest = new TreeSet<>(bins);
            bins.stream()
                    .sorted(Comparator.comparingLong((String bin) -> -countOf(kinds, bin, before))
                            .thenComparing(bin -> bin))
                    .limit(GROUPS_MAX - 1)
                    .filter(bin -> countOf(kinds, bin, before) > 0)
                    .forEach(bin -> {
                        groups.add(Set.of(bin));
                        rest.remove(bin);
                    });
            groups.add(rest);
            return groups;
        }
        long all = bins.stream().mapToLong(bin -> countOf(kinds, bin, before)).sum();
        Set<String> group = new LinkedHashSet<>();
        long sum = 0;
        for (String bin : new TreeSet<>(bins)) {
            group.add(bin);
            sum += countOf(kinds, bin, before);
            if (groups.size() < GROUPS_MAX - 1 && sum * GROUPS_MAX >= all * (groups.size() + 1)) {
                groups.add(group);
                group = new LinkedHashSet<>();
            }
        }
        groups.add(group);
        return groups;
    }

    private static long countOf(Set<Kind> kinds, String bin, Counts counts) {
        return kinds.stream().mapToLong(kind -> counts.of(kind, bin)).sum();
    }

    private static long[][] table(Set<Kind> kinds, List<Set<String>> groups, Counts counts) {
        return kinds.stream()
                .map(kind -> groups.stream()
                        .mapToLong(group -> group.stream()
                                .mapToLong(bin -> counts.of(kind, bin))
                                .sum())
                        .toArray())
                .toArray(long[][]::new);
    }

    private static long[] total(long[][] table, int groupCount) {
        long[] total = new long[groupCount];
        for (long[] row : table) {
            for (int g = 0; g < groupCount; g++) {
                total[g] += row[g];
            }
        }
        return total;
    }

    private static long sum(long[] counts) {
        long sum = 0;
        for (long count : counts) {
            sum += count;
        }
        return sum;
    }

    private static double share(long[] counts, int group) {
        long all = sum(counts);
        return all == 0 ? 0 : counts[group] / (double) all;
    }
}
