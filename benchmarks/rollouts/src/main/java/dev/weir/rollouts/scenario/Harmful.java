package dev.weir.rollouts.scenario;

import dev.weir.control.rollout.Hold;
import dev.weir.control.rollout.Metric;
import dev.weir.rollouts.scenario.Result.Curve;
import dev.weir.rollouts.traffic.Disturbance;
import dev.weir.rollouts.traffic.Rollout;
import dev.weir.rollouts.traffic.Rollout.Outcome;
import dev.weir.rollouts.traffic.World;
import dev.weir.rollouts.traffic.World.HarmDone;
import dev.weir.rollouts.traffic.WorldTraffic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** B5 to B9 and B12: the candidate is worse, or gets the wrong traffic, and the question is when that is noticed. */
public final class Harmful {
    private static final Duration MOST = Duration.ofHours(4);

    private Harmful() {}

    public static List<Scenario> scenarios() {
        return List.of(
                new Scenario("B5", "errors from 1 % to 5 %", Harmful::errors),
                new Scenario("B6", "errors from 1 % to 10 % and to 100 %", Harmful::manyErrors),
                new Scenario("B7", "answers twice as slow", Harmful::slow),
                new Scenario("B8", "hallucinations from 5 % to 10 %", Harmful::hallucinations),
                new Scenario("B9", "errors from 1 % to 5 %, late", Harmful::late),
                new Scenario("B12", "6 % of conversations instead of 5 %", Harmful::misassigned));
    }

    private static Samples<Outcome> play(Study study, World world, HarmDone harm) {
        return new Samples<>(study.play(seed -> Healthy.play(Healthy.TWO_HOURS, world.doing(harm), seed, MOST)));
    }

    private static HarmDone atOnce(Metric metric, double share) {
        return new HarmDone(metric, share, 0, Duration.ZERO);
    }

    private static double detection(Outcome run) {
        return run.rolledBack() ? run.harmSeconds() : Double.NaN;
    }

    private static Curve curve(String name, Samples<Outcome> runs) {
        return new Curve(name, runs.sorted(Harmful::detection));
    }

    private static Result errors(Study study) {
        Samples<Outcome> runs = play(study, World.calm(50), atOnce(Metric.ERROR, 0.05));
        return new Result(
                "B5",
                "errors from 1 % to 5 %",
                List.of(
                        Figure.shareAtLeast(
                                "rolled back before 25 %",
                                runs.share(run -> run.rolledBack() && run.end().stageIndex() == 0), 1),
                        Figure.seconds("median", runs.quantile(0.5, Harmful::detection)),
                        Figure.secondsAtMost("P95", runs.quantile(0.95, Harmful::detection), 300)),
                List.of(curve("errors 1 to 5 %", runs)));
    }

    private static Result manyErrors(Study study) {
        Samples<Outcome> many = play(study, World.calm(50), atOnce(Metric.ERROR, 0.1));
        Samples<Outcome> all = play(study, World.calm(50), atOnce(Metric.ERROR, 1));
        return new Result(
                "B6",
                "errors from 1 % to 10 % and to 100 %",
                List.of(
                        Figure.secondsAtMost("P95, to 10 %", many.quantile(0.95, Harmful::detection), 90),
                        Figure.secondsAtMost("P95, to 100 %", all.quantile(0.95, Harmful::detection), 20),
                        Figure.countAtMost(
                                "P95 of failed requests, to 100 %",
                                all.quantile(0.95, run -> (double) run.failedSinceHarmCount()), 50),
                        Figure.shareAtLeast("rolled back, both", Math.min(rolledBack(many), rolledBack(all)), 1)),
                List.of(curve("errors 1 to 10 %", many), curve("errors 1 to 100 %", all)));
    }

    private static double rolledBack(Samples<Outcome> runs) {
        return runs.share(Outcome::rolledBack);
    }

    private static Result slow(Study study) {
        List<Figure> figures = new ArrayList<>();
        List<Curve> curves = new ArrayList<>();
        for (double sigma : new double[] {0.6, 1.0}) {
            World world = World.calm(50).with(Metric.END_TO_END, World.exceedance(sigma, 1));
            Samples<Outcome> harmful = play(study, world, atOnce(Metric.END_TO_END, World.exceedance(sigma, 2)));
            Samples<Outcome> healthy =
                    new Samples<>(study.play(seed -> Healthy.play(Healthy.TWO_HOURS, world, seed, MOST)));
            String name = "sigma " + sigma;
            figures.add(Figure.secondsAtMost("P95, " + name, harmful.quantile(0.95, Harmful::detection), 120));
            figures.add(Figure.shareAtLeast("rolled back, " + name, rolledBack(harmful), 1));
            figures.add(Figure.shareAtMost("rolled back although healthy, " + name, rolledBack(healthy), 0.01));
            curves.add(curve("twice as slow, " + name, harmful));
        }
        return new Result("B7", "answers twice as slow", figures, curves);
    }

    private static Result hallucinations(Study study) {
        Samples<Outcome> runs = play(study, World.calm(50).judging(5), atOnce(Metric.HALLUCINATION, 0.1));
        return new Result(
                "B8",
                "hallucinations from 5 % to 10 %, 5 judged/s",
                List.of(
                        Figure.shareAtLeast("rolled back", rolledBack(runs), 0.99),
                        Figure.secondsAtMost("median", runs.quantile(0.5, Harmful::detection), 420),
                        Figure.secondsAtMost("P95", runs.quantile(0.95, Harmful::detection), 900)),
                List.of(curve("hallucinations 5 to 10 %", runs)));
    }

    private static Result late(Study study) {
        HarmDone harm = new HarmDone(Metric.ERROR, 0.05, 2, Duration.ofMinutes(30));
        Samples<Outcome> runs = play(study, World.calm(50), harm);
        Samples<Outcome> harmed = new Samples<>(runs.runs().stream()
                .filter(run -> !Double.isNaN(run.harmSeconds()))
                .toList());
        return new Result(
                "B9",
                "errors from 1 % to 5 % after half an hour at 50 %",
                List.of(
                        Figure.shareAtLeast("rolled back", rolledBack(harmed), 1),
                        Figure.secondsAtMost("P95", harmed.quantile(0.95, Harmful::detection), 300)),
                List.of(curve("errors 1 to 5 %, late", harmed)));
    }

    private static Result misassigned(Study study) {
        World world = World.calm(50);
        Samples<Outcome> wrong = new Samples<>(study.play(seed -> new Rollout(
                        Healthy.TWO_HOURS,
                        new WorldTraffic(world.misassigning(1.2), new SplittableRandom(seed)),
                        world.tick(),
                        Disturbance.NONE)
                .run(
                        MOST,
                        state ->
                                state.holds().contains(new Hold(Hold.Reason.ASSIGNMENT, java.util.Optional.empty())))));
        Samples<Outcome> right = new Samples<>(study.play(seed -> new Rollout(
                        Healthy.TWO_HOURS,
                        new WorldTraffic(world, new SplittableRandom(seed)),
                        world.tick(),
                        Disturbance.NONE)
                .run(
                        MOST,
                        state ->
                                state.holds().contains(new Hold(Hold.Reason.ASSIGNMENT, java.util.Optional.empty())))));
        return new Result(
                "B12",
                "6 % of conversations instead of 5 %",
                List.of(
                        Figure.shareAtLeast("held", wrong.share(run -> run.held(Hold.Reason.ASSIGNMENT)), 0.99),
                        Figure.count("median of conversations until then", wrong.quantile(0.5, run ->
                                (double) run.unitCount())),
                        Figure.countAtMost(
                                "P95 of conversations until then",
                                wrong.quantile(0.95, run -> (double) run.unitCount()),
                                20_000),
                        Figure.shareAtMost(
                                "held although right", right.share(run -> run.held(Hold.Reason.ASSIGNMENT)), 0.001)),
                List.of());
    }
}
