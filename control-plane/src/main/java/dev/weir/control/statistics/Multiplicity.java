package dev.weir.control.statistics;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Several questions, one promise about all answers. */
public final class Multiplicity {
    private Multiplicity() {}

    /**
     * Which of the e-values are discoveries, if at most the share {@code alpha} of these may be false on average, however they depend on
     * each other. In descending order, rejects the first k, for the largest k whose e-value is at least {@code n/(alpha k)}.
     *
     * <p>Wang and Ramdas, "False discovery rate control with e-values", JRSS B 84 (2022), arXiv 2009.02824.
     *
     * @return indices into {@code logE}, most evidence first
     */
    public static List<Integer> discoveries(List<Double> logE, double alpha) {
        List<Integer> descending = IntStream.range(0, logE.size())
                .boxed()
                .sorted(Comparator.comparing((Integer i) -> logE.get(i)).reversed())
                .toList();
        for (int k = descending.size(); k > 0; k--) {
            if (logE.get(descending.get(k - 1)) >= Math.log(logE.size() / (alpha * k))) {
                return descending.subList(0, k);
            }
        }
        return List.of();
    }

    /**
     * p-values adjusted so that rejecting those up to alpha rejects any true hypothesis with probability at most alpha.
     *
     * <p>Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979).
     *
     * @return in the order of {@code pValues}
     */
    public static List<Double> holm(List<Double> pValues) {
        int count = pValues.size();
        List<Integer> ascending = IntStream.range(0, count)
                .boxed()
                .sorted(Comparator.comparing(pValues::get))
                .toList();
        Double[] adjusted = new Double[count];
        double floor = 0;
        for (int rank = 0; rank < count; rank++) {
            floor = Math.max(floor, Math.min(1, (count - rank) * pValues.get(ascending.get(rank))));
            adjusted[ascending.get(rank)] = floor;
        }
        return List.of(adjusted);
    }
}
