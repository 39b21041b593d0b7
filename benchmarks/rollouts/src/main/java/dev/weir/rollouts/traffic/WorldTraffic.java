package dev.weir.rollouts.traffic;

import dev.weir.control.rollout.Metric;
import dev.weir.control.rollout.Observation;
import dev.weir.control.rollout.Observation.JudgeReport;
import dev.weir.control.statistics.ArmCounts;
import java.util.EnumMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Independent requests in a {@link World}. */
public final class WorldTraffic implements Traffic {
    private final World world;
    private final RandomGenerator random;
    private double harmSinceSeconds = Double.NaN;

    public WorldTraffic(World world, RandomGenerator random) {
        this.world = world;
        this.random = random;
    }

    @Override
    public double harmSinceSeconds() {
        return harmSinceSeconds;
    }

    @Override
    public Observation next(Position position) {
        double tickSeconds = world.tick().toMillis() / 1e3;
        long requests = Math.round(world.requestsPerSecond().applyAsDouble(position.seconds()) * tickSeconds);
        long candidate = Draws.binomial(random, requests, position.candidateShare() * world.assignmentFactor());
        long baseline = requests - candidate;
        long judged = Math.round(world.judgedPerSecond() * tickSeconds / 2);
        long judgedEach = Math.min(judged, Math.min(candidate, baseline));
        notice(position);
        Map<Metric, ArmCounts> counts = new EnumMap<>(Metric.class);
        double common = world.commonFactor().applyAsDouble(position.seconds());
        world.baselineShares().forEach((metric, share) -> {
            long candidateCount = metric.isJudged() ? judgedEach : candidate;
            long baselineCount = metric.isJudged() ? judgedEach : baseline;
            double baselineShare = Math.min(1, share * common);
            counts.put(
                    metric,
                    new ArmCounts(
                            candidateCount,
                            Draws.binomial(random, candidateCount, candidateShare(metric, baselineShare)),
                            baselineCount,
                            Draws.binomial(random, baselineCount, baselineShare)));
        });
        return new Observation(
                position.number(),
                world.tick(),
                counts,
                candidate,
                baseline,
                new JudgeReport(true, judgedEach, judgedEach, judgedEach, judgedEach));
    }

    private void notice(Position position) {
        world.harm()
                .filter(harm -> Double.isNaN(harmSinceSeconds)
                        && position.stageIndex() >= harm.stageIndex()
                        && position.secondsInStage() >= harm.after().toSeconds())
                .ifPresent(_ -> harmSinceSeconds = position.seconds());
    }

    private double candidateShare(Metric metric, double otherwise) {
        return Double.isNaN(harmSinceSeconds)
                ? otherwise
                : world.harm()
                        .filter(harm -> harm.metric() == metric)
                        .map(World.HarmDone::candidateShare)
                        .orElse(otherwise);
    }
}
