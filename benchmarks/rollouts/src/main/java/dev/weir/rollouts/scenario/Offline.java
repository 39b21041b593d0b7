package dev.weir.rollouts.scenario;

import dev.weir.control.rollout.experiment.Bandit;
import dev.weir.control.rollout.experiment.Experiment;
import dev.weir.control.rollout.experiment.ExperimentPlan;
import dev.weir.control.rollout.experiment.Verdict;
import dev.weir.control.statistics.ClusteredMean;
import dev.weir.control.statistics.McNemar;
import dev.weir.control.statistics.PopulationShift;
import dev.weir.rollouts.traffic.Draws;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.NormalDistribution;

/** B13 to B16: experiments, bandits, drift and golden gates. */
public final class Offline {
    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);
    private static final double[] DECILES = IntStream.rangeClosed(1, 9)
            .mapToDouble(tenths -> NORMAL.inverseCumulativeProbability(tenths / 10.0))
            .toArray();

    private Offline() {}

    public static List<Scenario> scenarios() {
        return List.of(
                new Scenario("B13", "equal arms, 28 days, looked at every day", Offline::experiment),
                new Scenario("B14", "bandit over three arms", Offline::bandit),
                new Scenario("B15", "drift of 20 signals over 28 days", Offline::drift),
                new Scenario("B16", "golden gate of 1,000 cases", Offline::gate));
    }

    /** How one experiment between equal arms came out. */
    private record Trial(boolean decided, boolean clusteredSignificant, boolean naiveSignificant) {}

    private static Result experiment(Study study) {
        Samples<Trial> trials = new Samples<>(study.play(seed -> trial(new SplittableRandom(seed))));
        return new Result(
                "B13",
                "equal arms, 28 days, looked at every day",
                List.of(
                        Figure.shareAtMost("a winner or a loser", trials.share(Trial::decided), 0.05),
                        Figure.shareAtMost(
                                "one look at 5 %, by users", trials.share(Trial::clusteredSignificant), 0.06),
                        Figure.share(
                                "one look at 5 %, by requests (for contrast)", trials.share(Trial::naiveSignificant))),
                List.of());
    }

    /** 1,200 users on each arm by the end, requests lognormal with sigma 1, two requests of one user alike by 0.3. */
    private static Trial trial(RandomGenerator random) {
        int days = 28;
        int usersPerArm = 1_200;
        double[][] hits = new double[2][usersPerArm];
        double[][] requests = new double[2][usersPerArm];
        double[][] rate = new double[2][usersPerArm];
        double[][] daily = new double[2][usersPerArm];
        for (int arm = 0; arm < 2; arm++) {
            for (int user = 0; user < usersPerArm; user++) {
                rate[arm][user] = Draws.beta(random, 0.7 * 7 / 3, 0.3 * 7 / 3);
                daily[arm][user] = Math.exp(random.nextGaussian());
            }
        }
        Experiment experiment = new Experiment(ExperimentPlan.standard("e", "a", List.of("b"), Duration.ofDays(days)));
        boolean decided = false;
        ClusteredMean[] arms = {ClusteredMean.NONE, ClusteredMean.NONE};
        for (int day = 1; day <= days; day++) {
            for (int arm = 0; arm < 2; arm++) {
                arms[arm] = ClusteredMean.NONE;
                for (int user = 0; user < usersPerArm; user++) {
                    // A tenth of the users has not come yet on the first day, and all have after ten.
                    if (user * 10 < usersPerArm * (day + 8)) {
                        long count = 1 + (long) (daily[arm][user] * 2 * random.nextDouble());
                        requests[arm][user] += count;
                        hits[arm][user] += Draws.binomial(random, count, rate[arm][user]);
                        arms[arm] = arms[arm].plusUser(hits[arm][user], requests[arm][user]);
                    }
                }
            }
            Verdict verdict = experiment.judge(Duration.ofDays(day), Map.of("a", arms[0], "b", arms[1]));
            decided |= verdict instanceof Verdict.Winner || verdict instanceof Verdict.Harmful;
        }
        double difference = arms[1].mean() - arms[0].mean();
        double pooled = (arms[0].sum() + arms[1].sum()) / (arms[0].requestCount() + arms[1].requestCount());
        double naive = pooled * (1 - pooled) * (1 / arms[0].requestCount() + 1 / arms[1].requestCount());
        return new Trial(
                decided,
                Math.abs(difference) > 1.96 * Math.sqrt(arms[0].variance() + arms[1].variance()),
                Math.abs(difference) > 1.96 * Math.sqrt(naive));
    }

    private static Result bandit(Study study) {
        double[] rates = {0.80, 0.82, 0.85};
        double uniform = 20_000 * (0.85 - (0.80 + 0.82 + 0.85) / 3);
        Samples<Double> floor = new Samples<>(
                study.play(seed -> regret(new Bandit(0.05, 100, 1), rates, rates, new SplittableRandom(seed))));
        // The best and the worst change places half-way.
        double[] after = {0.85, 0.82, 0.80};
        Samples<Double> forgetting = new Samples<>(
                study.play(seed -> regret(new Bandit(0.05, 100, 0.97), rates, after, new SplittableRandom(seed))));
        Samples<Double> remembering = new Samples<>(
                study.play(seed -> regret(new Bandit(0.05, 100, 1), rates, after, new SplittableRandom(seed))));
        double forgets = forgetting.mean(regret -> regret);
        double remembers = remembering.mean(regret -> regret);
        return new Result(
                "B14",
                "bandit over three arms, 20,000 answers",
                List.of(
                        Figure.shareAtMost(
                                "regret of the uniform split's, floor 5 %",
                                floor.mean(regret -> regret) / uniform, 0.25),
                        Figure.count("regret after a switch, never forgetting", Math.rint(remembers)),
                        Figure.count("regret after a switch, discount 0.97", Math.rint(forgets)),
                        Figure.shareAtMost("the one of the other", forgets / remembers, 0.6)),
                List.of());
    }

    private static double regret(Bandit bandit, double[] before, double[] after, RandomGenerator random) {
        int updates = 200;
        int batch = 100;
        List<Bandit.Arm> arms = new ArrayList<>(Collections.nCopies(before.length, Bandit.Arm.NEW));
        double regret = 0;
        for (int update = 0; update < updates; update++) {
            double[] rates = update < updates / 2 ? before : after;
            double best = Arrays.stream(rates).max().orElseThrow();
            List<Double> shares = bandit.shares(arms);
            long left = batch;
            double shareLeft = 1;
            for (int arm = 0; arm < rates.length; arm++) {
                long count = arm == rates.length - 1
                        ? left
                        : Draws.binomial(random, left, Math.min(1, shares.get(arm) / shareLeft));
                shareLeft -= shares.get(arm);
                left -= count;
                regret += count * (best - rates[arm]);
                arms.set(arm, bandit.updated(arms.get(arm), (double) Draws.binomial(random, count, rates[arm]), count));
            }
        }
        return regret;
    }

    private static Result drift(Study study) {
        Samples<Integer> nothing = new Samples<>(study.play(seed -> falseAlerts(new SplittableRandom(seed))));
        Samples<Integer> shifted = new Samples<>(study.play(seed -> daysToAlert(new SplittableRandom(seed))));
        return new Result(
                "B15",
                "drift of 20 signals over 28 days, 1,000 answers a day",
                List.of(
                        Figure.countAtMost("false alerts in 28 days, mean", nothing.mean(count -> count), 1),
                        Figure.countAtMost(
                                "days until half a deviation is flagged, P95",
                                shifted.quantile(0.95, days -> days),
                                2)),
                List.of());
    }

    private static int falseAlerts(RandomGenerator random) {
        int alerts = 0;
        for (int signal = 0; signal < 20; signal++) {
            long[] reference = histogram(random, 20_000, 0);
            boolean before = false;
            for (int day = 0; day < 28; day++) {
                boolean moved = hasMoved(reference, histogram(random, 1_000, 0));
                alerts += moved && before ? 1 : 0;
                before = moved;
            }
        }
        return alerts;
    }

    private static int daysToAlert(RandomGenerator random) {
        long[] reference = histogram(random, 20_000, 0);
        boolean before = false;
        for (int day = 1; day <= 28; day++) {
            boolean moved = hasMoved(reference, histogram(random, 1_000, 0.5));
            if (moved && before) {
                return day;
            }
            before = moved;
        }
        return Integer.MAX_VALUE;
    }

    /** The rule of docs/experiments.md: 0.1, or what chance does once in a hundred times. */
    private static boolean hasMoved(long[] reference, long[] sample) {
        PopulationShift shift = PopulationShift.between(reference, sample);
        return shift.index() >= 0.1 && shift.index() >= shift.indexByChance(0.01);
    }

    /** Over the reference's deciles, of normal values that have moved by so many deviations. */
    private static long[] histogram(RandomGenerator random, long count, double moved) {
        long[] bins = new long[10];
        long left = count;
        double upTo = 0;
        for (int bin = 0; bin < bins.length; bin++) {
            double end = bin == bins.length - 1 ? 1 : NORMAL.cumulativeProbability(DECILES[bin] - moved);
            bins[bin] = Draws.binomial(random, left, Math.min(1, (end - upTo) / (1 - upTo)));
            left -= bins[bin];
            upTo = end;
        }
        return bins;
    }

    private static Result gate(Study study) {
        Samples<Boolean> worse = new Samples<>(study.play(seed -> fails(new SplittableRandom(seed), 0.10, 0.05)));
        // Equal answers, and a judge that errs in one of twenty: two verdicts differ in 2 * 0.05 * 0.95 of the cases.
        Samples<Boolean> equal = new Samples<>(study.play(seed -> fails(new SplittableRandom(seed), 0.0475, 0.0475)));
        return new Result(
                "B16",
                "golden gate of 1,000 cases, McNemar at 5 %",
                List.of(
                        Figure.shareAtLeast("5 points worse, 15 % changed: caught", worse.share(fails -> fails), 0.95),
                        Figure.shareAtMost(
                                "equal, and a judge that errs in 5 %: fails", equal.share(fails -> fails), 0.05)),
                List.of());
    }

    private static boolean fails(RandomGenerator random, double onlyNewFails, double onlyOldFails) {
        int changed = (int) Draws.binomial(random, 1_000, onlyNewFails + onlyOldFails);
        int onlyNew = (int) Draws.binomial(random, changed, onlyNewFails / (onlyNewFails + onlyOldFails));
        return McNemar.oneSidedP(onlyNew, changed - onlyNew) < 0.05;
    }
}
