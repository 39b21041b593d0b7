package dev.weir.rollouts.traffic;

import dev.weir.control.rollout.Metric;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * What the traffic of a rollout is like.
 *
 * @param tick how long one is
 * @param requestsPerSecond as it is at the time, of both arms together
 * @param judgedPerSecond of both arms together, as many of one as of the other
 * @param baselineShares of bad events
 * @param commonFactor by which both arms' shares are larger at the time
 * @param harm what the candidate does, if anything
 * @param assignmentFactor of the share that the candidate is meant to get it gets so much
 */
public record World(
        Duration tick,
        DoubleUnaryOperator requestsPerSecond,
        double judgedPerSecond,
        Map<Metric, Double> baselineShares,
        DoubleUnaryOperator commonFactor,
        Optional<HarmDone> harm,
        double assignmentFactor) {
    private static final double P95_Z = 1.6448536269514722;
    private static final double SLOW_FACTOR = 1.5;

    /**
     * From some moment of a stage on the candidate has this share of bad events.
     *
     * @param after since the stage began
     */
    public record HarmDone(Metric metric, double candidateShare, int stageIndex, Duration after) {}

    /** Constant traffic with 1 % of errors, 5 % of hallucinations, 10 % below the pass mark, and lognormal latencies with sigma 0.6. */
    public static World calm(double requestsPerSecond) {
        Map<Metric, Double> shares = new EnumMap<>(Metric.class);
        shares.put(Metric.ERROR, 0.01);
        shares.put(Metric.TIME_TO_FIRST_TOKEN, exceedance(0.6, 1));
        shares.put(Metric.TIME_PER_TOKEN, exceedance(0.6, 1));
        shares.put(Metric.END_TO_END, exceedance(0.6, 1));
        shares.put(Metric.HALLUCINATION, 0.05);
        shares.put(Metric.LOW_QUALITY, 0.10);
        return new World(Duration.ofSeconds(5), _ -> requestsPerSecond, 1, shares, _ -> 1, Optional.empty(), 1);
    }

    /** The share of lognormal latencies, all of them {@code slowdown} times as long, over 1.5 times the P95 that they had. */
    public static double exceedance(double sigma, double slowdown) {
        return NormalDistribution.of(0, 1).survivalProbability(P95_Z + Math.log(SLOW_FACTOR / slowdown) / sigma);
    }

    public World with(Metric metric, double share) {
        Map<Metric, Double> shares = new EnumMap<>(baselineShares);
        shares.put(metric, share);
        return new World(tick, requestsPerSecond, judgedPerSecond, shares, commonFactor, harm, assignmentFactor);
    }

    public World doing(HarmDone done) {
        return new World(
                tick,
                requestsPerSecond,
                judgedPerSecond,
                baselineShares,
                commonFactor,
                Optional.of(done),
                assignmentFactor);
    }

    public World judging(double perSecond) {
        return new World(tick, requestsPerSecond, perSecond, baselineShares, commonFactor, harm, assignmentFactor);
    }

    public World ticking(Duration length) {
        return new World(
                length, requestsPerSecond, judgedPerSecond, baselineShares, commonFactor, harm, assignmentFactor);
    }

    public World busy(DoubleUnaryOperator perSecond) {
        return new World(tick, perSecond, judgedPerSecond, baselineShares, commonFactor, harm, assignmentFactor);
    }

    public World suffering(DoubleUnaryOperator factor) {
        return new World(tick, requestsPerSecond, judgedPerSecond, baselineShares, factor, harm, assignmentFactor);
    }

    public World misassigning(double factor) {
        return new World(tick, requestsPerSecond, judgedPerSecond, baselineShares, commonFactor, harm, factor);
    }
}
