package dev.weir.models.router;

import dev.weir.control.embedding.SentenceEncoder;
import dev.weir.models.evaluation.Outcomes;
import dev.weir.models.evaluation.Outcomes.Row;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.stream.DoubleStream;

/**
 * Foretells for each model whether it is right from the questions nearest in meaning, whose answers are known. Nothing of Weir routes by it: it
 * is what the head is compared with. Like the head it gives up as much as the last fifth of the outcomes allows.
 */
public final class Neighbours {
    private static final int HELD_OUT_ONE_IN = 5;
    private static final int PERCENT_MAX = 60;

    private final SentenceEncoder encoder;
    private final List<String> models;
    private final int count;
    private final List<Known> known = new ArrayList<>();
    private final Map<String, double[]> foretold = new HashMap<>();
    private final double sacrificeMax;

    @SuppressWarnings("ArrayRecordComponent") // made here and seen by nobody else
    private record Known(float[] vector, boolean[] right) {}

    private record Near(Known known, float similarity) {}

    /**
     * Neighbours among four fifths of the outcomes.
     *
     * @param models the cheapest first
     * @param costs of a token of each
     * @param count of neighbours that are asked
     */
    public Neighbours(SentenceEncoder encoder, Outcomes outcomes, List<String> models, double[] costs, int count) {
        this.encoder = encoder;
        this.models = List.copyOf(models);
        this.count = count;
        List<Row> heldOut = new ArrayList<>();
        for (int i = 0; i < outcomes.rows().size(); i++) {
            Row row = outcomes.rows().get(i);
            if (i % HELD_OUT_ONE_IN == 0) {
                heldOut.add(row);
            } else {
                known.add(new Known(vector(row), rights(row)));
            }
        }
        this.sacrificeMax = sacrifice(new RoutingReport(new Outcomes(heldOut), models, costs));
    }

    private double sacrifice(RoutingReport report) {
        double enough = report.always(models.size() - 1).accuracy() - RouterTraining.LOSS_MAX / 2;
        double chosen = 0;
        for (int percent = 0; percent <= PERCENT_MAX; percent++) {
            double tried = percent / 100.0;
            if (report.routed(row -> choose(row, tried)).accuracy() >= enough) {
                chosen = tried;
            }
        }
        return chosen;
    }

    /** The cheapest model that is as often right as any with what is like it, but for what may be given up. */
    public int choose(Row row) {
        return choose(row, sacrificeMax);
    }

    private int choose(Row row, double sacrifice) {
        double[] shares = foretold.computeIfAbsent(row.id(), _ -> shares(row));
        double best = DoubleStream.of(shares).max().orElseThrow();
        int chosen = 0;
        while (shares[chosen] < best - sacrifice) {
            chosen++;
        }
        return chosen;
    }

    private double[] shares(Row row) {
        double[] shares = new double[models.size()];
        for (Near near : nearest(vector(row))) {
            for (int m = 0; m < shares.length; m++) {
                shares[m] += near.known().right()[m] ? 1.0 / count : 0;
            }
        }
        return shares;
    }

    private Iterable<Near> nearest(float[] vector) {
        PriorityQueue<Near> nearest = new PriorityQueue<>(Comparator.comparingDouble(Near::similarity));
        for (Known each : known) {
            float similarity = 0;
            for (int d = 0; d < vector.length; d++) {
                similarity += vector[d] * each.vector()[d];
            }
            nearest.add(new Near(each, similarity));
            if (nearest.size() > count) {
                nearest.remove();
            }
        }
        return nearest;
    }

    private float[] vector(Row row) {
        return encoder.encode(row.messages().getLast().content());
    }

    private boolean[] rights(Row row) {
        boolean[] rights = new boolean[models.size()];
        for (int m = 0; m < rights.length; m++) {
            rights[m] = RouterTraining.answer(row, models.get(m)).right();
        }
        return rights;
    }
}
