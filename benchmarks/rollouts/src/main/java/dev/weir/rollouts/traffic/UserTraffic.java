package dev.weir.rollouts.traffic;

import dev.weir.control.rollout.Metric;
import dev.weir.control.rollout.Observation;
import dev.weir.control.rollout.Observation.JudgeReport;
import dev.weir.control.statistics.ArmCounts;
import java.util.Arrays;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Users who are alike to themselves: few of them ask most, and each has an error rate of their own. Their conversations have three requests
 * on average. Only errors happen; what sticks to an arm is the conversation or the user.
 */
public final class UserTraffic implements Traffic {
    private static final int USER_COUNT = 5_000;
    private static final int DRAW_COUNT = 1 << 18;
    private static final double ACTIVITY_SIGMA = 1.5;
    private static final double CONVERSATION_ENDS = 1 / 3.0;

    private final World world;
    private final RandomGenerator random;
    private final boolean stickyByUser;
    /** Each user as often as their share of the requests. */
    private final int[] draws = new int[DRAW_COUNT];

    private final double[] errorShare = new double[USER_COUNT];
    private final double[] position = new double[USER_COUNT];
    /** Where a user's conversation falls; NaN between conversations. */
    private final double[] conversation = new double[USER_COUNT];

    /** @param intraclassCorrelation how alike two requests of one user are */
    public UserTraffic(World world, RandomGenerator random, double intraclassCorrelation, boolean stickyByUser) {
        this.world = world;
        this.random = random;
        this.stickyByUser = stickyByUser;
        double mean = world.baselineShares().getOrDefault(Metric.ERROR, 0.01);
        double concentration = 1 / intraclassCorrelation - 1;
        double[] activity = new double[USER_COUNT];
        double sum = 0;
        for (int user = 0; user < USER_COUNT; user++) {
            activity[user] = Math.exp(ACTIVITY_SIGMA * random.nextGaussian());
            sum += activity[user];
            errorShare[user] = Draws.beta(random, mean * concentration, (1 - mean) * concentration);
            position[user] = random.nextDouble();
            conversation[user] = Double.NaN;
        }
        double upTo = 0;
        int filled = 0;
        for (int user = 0; user < USER_COUNT; user++) {
            upTo += activity[user];
            int end = user == USER_COUNT - 1 ? DRAW_COUNT : (int) Math.round(DRAW_COUNT * upTo / sum);
            Arrays.fill(draws, filled, end, user);
            filled = end;
        }
    }

    @Override
    public double harmSinceSeconds() {
        return Double.NaN;
    }

    @Override
    public Observation next(Position at) {
        long requests = Math.round(world.requestsPerSecond().applyAsDouble(at.seconds())
                * world.tick().toMillis()
                / 1e3);
        long[] counts = new long[4];
        long candidateUnits = 0;
        long baselineUnits = 0;
        for (long i = 0; i < requests; i++) {
            int user = draws[random.nextInt(DRAW_COUNT)];
            if (Double.isNaN(conversation[user])) {
                conversation[user] = random.nextDouble();
                boolean candidate = falls(user) < at.candidateShare();
                candidateUnits += candidate ? 1 : 0;
                baselineUnits += candidate ? 0 : 1;
            }
            int arm = falls(user) < at.candidateShare() ? 0 : 2;
            counts[arm]++;
            counts[arm + 1] += random.nextDouble() < errorShare[user] ? 1 : 0;
            if (random.nextDouble() < CONVERSATION_ENDS) {
                conversation[user] = Double.NaN;
            }
        }
        return new Observation(
                at.number(),
                world.tick(),
                Map.of(Metric.ERROR, new ArmCounts(counts[0], counts[1], counts[2], counts[3])),
                stickyByUser ? 0 : candidateUnits,
                stickyByUser ? 0 : baselineUnits,
                JudgeReport.NOTHING_ASKED);
    }

    private double falls(int user) {
        return stickyByUser ? position[user] : conversation[user];
    }
}
