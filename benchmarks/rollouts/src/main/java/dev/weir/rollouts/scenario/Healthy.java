package dev.weir.rollouts.scenario;

import dev.weir.control.rollout.Guard;
import dev.weir.control.rollout.Harm;
import dev.weir.control.rollout.Hold;
import dev.weir.control.rollout.Metric;
import dev.weir.control.rollout.RolloutLimits;
import dev.weir.control.rollout.RolloutPlan;
import dev.weir.control.rollout.Stage;
import dev.weir.rollouts.traffic.Disturbance;
import dev.weir.rollouts.traffic.Rollout;
import dev.weir.rollouts.traffic.Rollout.Outcome;
import dev.weir.rollouts.traffic.UserTraffic;
import dev.weir.rollouts.traffic.World;
import dev.weir.rollouts.traffic.WorldTraffic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** B1 to B4, B10 and B11: the candidate is as good as the baseline, and whatever rolls it back is wrong. */
public final class Healthy {
    /** 5 % and 25 % for half an hour each, 50 % for an hour. */
    static final RolloutPlan TWO_HOURS = twoHours(RolloutPlan.standardGuards());

    private static final Duration NOMINAL = Duration.ofHours(2);
    private static final double FALSE_ROLLBACK_MAX = 0.01;

    private Healthy() {}

    public static List<Scenario> scenarios() {
        return List.of(
                new Scenario("B1", "healthy, 50 requests/s", Healthy::busy),
                new Scenario("B2", "healthy, 5 requests/s", Healthy::quiet),
                new Scenario("B3", "healthy, a shared incident, a daily rhythm", Healthy::shared),
                new Scenario("B4", "healthy, few users who ask most", Healthy::users),
                new Scenario("B10", "healthy, the standard plan: 32 hours", Healthy::standard),
                new Scenario("B11", "healthy, disturbed in every stage", Healthy::disturbed));
    }

    static RolloutPlan twoHours(List<Guard> guards) {
        return new RolloutPlan(
                "bench",
                "alias",
                "v1",
                "v2",
                List.of(
                        Stage.canary(0.05, Duration.ofMinutes(30), 500, 900),
                        Stage.canary(0.25, Duration.ofMinutes(30), 500, 900),
                        Stage.canary(0.50, Duration.ofMinutes(60), 500, 900),
                        Stage.warm(Duration.ofDays(2))),
                guards,
                RolloutLimits.DEFAULT);
    }

    static Outcome play(RolloutPlan plan, World world, long seed, Duration most) {
        return new Rollout(plan, new WorldTraffic(world, new SplittableRandom(seed)), world.tick(), Disturbance.NONE)
                .run(most, _ -> false);
    }

    private static Samples<Outcome> play(Study study, World world, Duration most) {
        return new Samples<>(study.play(seed -> play(TWO_HOURS, world, seed, most)));
    }

    private static Result busy(Study study) {
        List<Figure> figures = new ArrayList<>();
        for (double errors : new double[] {0.01, 0.05}) {
            World world = World.calm(50).with(Metric.ERROR, errors);
            Samples<Outcome> runs = play(study, world, NOMINAL.multipliedBy(4));
            String base = "%.0f %% of errors".formatted(100 * errors);
            figures.add(
                    Figure.shareAtMost("rolled back, " + base, runs.share(Outcome::rolledBack), FALSE_ROLLBACK_MAX));
            figures.add(Figure.shareAtMost("Wilson's upper bound", runs.shareAtMost(Outcome::rolledBack), 0.015));
            figures.add(Figure.share("served without a person", runs.share(Outcome::serves)));
        }
        return new Result("B1", "healthy, 50 requests/s", figures, List.of());
    }

    private static Result quiet(Study study) {
        Samples<Outcome> runs = play(study, World.calm(5), NOMINAL.multipliedBy(6));
        return new Result(
                "B2",
                "healthy, 5 requests/s",
                List.of(
                        Figure.shareAtMost("rolled back", runs.share(Outcome::rolledBack), FALSE_ROLLBACK_MAX),
                        Figure.shareAtLeast(
                                "served within three times the holds",
                                runs.share(run -> run.serves() && run.seconds() <= 3 * NOMINAL.toSeconds()),
                                0.9)),
                List.of());
    }

    private static Result shared(Study study) {
        World incident = World.calm(50).suffering(seconds -> seconds >= 600 && seconds < 900 ? 10 : 1);
        World rhythm = World.calm(50).busy(seconds -> 30 + 20 * Math.sin(2 * Math.PI * seconds / NOMINAL.toSeconds()));
        Samples<Outcome> inIncident = play(study, incident, NOMINAL.multipliedBy(4));
        Samples<Outcome> inRhythm = play(study, rhythm, NOMINAL.multipliedBy(4));
        return new Result(
                "B3",
                "healthy, a shared incident, a daily rhythm",
                List.of(
                        Figure.shareAtMost(
                                "rolled back, everything bad ten times as often for 5 min",
                                inIncident.share(Outcome::rolledBack),
                                FALSE_ROLLBACK_MAX),
                        Figure.shareAtMost(
                                "rolled back, load between 10 and 50 requests/s",
                                inRhythm.share(Outcome::rolledBack),
                                FALSE_ROLLBACK_MAX)),
                List.of());
    }

    /** One guard has all of the error here, so this is harder than the standard plan. */
    private static Result users(Study study) {
        RolloutPlan plan = twoHours(List.of(Guard.guardrail(Metric.ERROR, new Harm.Rise(0.02))));
        World world = World.calm(50).with(Metric.ERROR, 0.05);
        List<Figure> figures = new ArrayList<>();
        for (boolean byUser : new boolean[] {false, true}) {
            Samples<Outcome> runs = new Samples<>(study.play(seed -> new Rollout(
                            plan,
                            new UserTraffic(world, new SplittableRandom(seed), 0.05, byUser),
                            world.tick(),
                            Disturbance.NONE)
                    .run(NOMINAL.multipliedBy(2), _ -> false)));
            double share = runs.share(Outcome::rolledBack);
            figures.add(
                    byUser
                            ? Figure.share("rolled back, were users sticky (for contrast)", share)
                            : Figure.shareAtMost("rolled back, conversations sticky", share, 0.025));
        }
        return new Result("B4", "healthy, few users who ask most", figures, List.of());
    }

    private static Result standard(Study study) {
        RolloutPlan plan = new RolloutPlan(
                "bench",
                "alias",
                "v1",
                "v2",
                RolloutPlan.standard("bench", "alias", "v1", "v2").stages().subList(1, 5),
                RolloutPlan.standardGuards(),
                RolloutLimits.DEFAULT);
        Duration nominal = Duration.ofHours(32);
        World world = World.calm(50).ticking(Duration.ofSeconds(60));
        Samples<Outcome> runs = new Samples<>(study.play(seed -> play(plan, world, seed, nominal.multipliedBy(2))));
        return new Result(
                "B10",
                "healthy, the standard plan: 32 hours",
                List.of(
                        Figure.shareAtLeast(
                                "served without a person, within the holds and a quarter",
                                runs.share(run -> run.serves() && run.seconds() <= 1.25 * nominal.toSeconds()),
                                0.95),
                        Figure.share("rolled back", runs.share(Outcome::rolledBack)),
                        Figure.share(
                                "held at the end for evidence of little harm",
                                runs.share(run -> !run.serves() && run.held(Hold.Reason.EVIDENCE)))),
                List.of());
    }

    private static Result disturbed(Study study) {
        List<Figure> figures = new ArrayList<>();
        Study each = new Study(Math.max(1, study.seedCount() / 6), study.threadCount(), study.firstSeed());
        for (Disturbance disturbance : Arrays.asList(Disturbance.values()).subList(1, Disturbance.values().length)) {
            World world = World.calm(50).judging(4);
            Samples<Outcome> runs = new Samples<>(each.play(seed -> new Rollout(
                            TWO_HOURS, new WorldTraffic(world, new SplittableRandom(seed)), world.tick(), disturbance)
                    .run(NOMINAL.multipliedBy(4), _ -> false)));
            String name = disturbance.name().toLowerCase(Locale.ROOT).replace('_', ' ');
            figures.add(Figure.countAtMost(
                    name + ": promoted blindly", runs.mean(Outcome::unseenPromotionCount) * each.seedCount(), 0));
            figures.add(Figure.shareAtLeast(name + ": served in the end", runs.share(Outcome::serves), 0.95));
            if (disturbance == Disturbance.CONTROLLER_KILLED) {
                figures.add(Figure.countAtMost(
                        name + ": replays that diverge",
                        runs.mean(Outcome::divergentReplayCount) * each.seedCount(),
                        0));
            }
        }
        return new Result("B11", "healthy, disturbed in every stage", figures, List.of());
    }
}
