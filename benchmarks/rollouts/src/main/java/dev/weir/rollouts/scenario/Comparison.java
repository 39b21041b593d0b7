package dev.weir.rollouts.scenario;

import dev.weir.control.rollout.Command;
import dev.weir.control.rollout.Command.Verb;
import dev.weir.control.rollout.Metric;
import dev.weir.control.rollout.Observation;
import dev.weir.control.rollout.Observation.JudgeReport;
import dev.weir.control.rollout.Phase;
import dev.weir.control.rollout.RolloutEvent;
import dev.weir.control.rollout.RolloutReducer;
import dev.weir.control.rollout.RolloutState;
import dev.weir.control.statistics.ArmCounts;
import dev.weir.rollouts.rival.Rival;
import dev.weir.rollouts.rival.Rivals;
import dev.weir.rollouts.traffic.Draws;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** B19: other rules on the same errors. The traffic climbs by the clock, whatever anybody says; asked is when each would have rolled back. */
public final class Comparison {
    private static final Duration TICK = Duration.ofSeconds(5);
    private static final int TICKS_PER_MINUTE = 12;
    private static final String OURS = "Weir: evidence and effect";

    /** A stage by the clock. */
    private record Rung(double candidateShare, int minutes) {}

    private static final List<Rung> LADDER = List.of(new Rung(0.05, 30), new Rung(0.25, 30), new Rung(0.5, 60));

    /** Traffic to try the rules on. */
    private record Setting(String name, double requestsPerSecond, double baselineShare, double candidateShare) {}

    private static final List<Setting> SETTINGS = List.of(
            new Setting("false, 1 % errors", 50, 0.01, 0.01),
            new Setting("false, 5 % errors", 50, 0.05, 0.05),
            new Setting("false, 5 requests/s", 5, 0.01, 0.01),
            new Setting("1 % to 5 %", 50, 0.01, 0.05));

    private Comparison() {}

    public static List<Scenario> scenarios() {
        return List.of(new Scenario("B19", "other rules on the same traffic", Comparison::play));
    }

    private static Result play(Study study) {
        List<Figure> figures = new ArrayList<>();
        for (Setting setting : SETTINGS) {
            List<Map<String, Double>> runs = study.play(seed -> firstRollbacks(setting, new SplittableRandom(seed)));
            Samples<Map<String, Double>> samples = new Samples<>(runs);
            for (String rule : runs.getFirst().keySet()) {
                boolean harmful = setting.candidateShare() > setting.baselineShare();
                double share = samples.share(run -> !Double.isNaN(run.getOrDefault(rule, Double.NaN)));
                String name = setting.name() + " | " + rule;
                if (!harmful) {
                    figures.add(rule.equals(OURS) ? Figure.shareAtMost(name, share, 0.01) : Figure.share(name, share));
                } else {
                    double median = samples.quantile(0.5, run -> run.getOrDefault(rule, Double.NaN));
                    double p95 = samples.quantile(0.95, run -> run.getOrDefault(rule, Double.NaN));
                    figures.add(Figure.seconds(name + " | median", median));
                    figures.add(
                            rule.equals(OURS)
                                    ? Figure.secondsAtMost(name + " | P95", p95, 300)
                                    : Figure.seconds(name + " | P95", p95));
                }
            }
        }
        return new Result("B19", "other rules on the same traffic", figures, List.of());
    }

    /** For each rule, after how many seconds it would have rolled back; NaN for never. */
    private static Map<String, Double> firstRollbacks(Setting setting, RandomGenerator random) {
        Map<String, Rival> rules = new LinkedHashMap<>();
        for (Map.Entry<String, Supplier<Rival>> rival : Rivals.all().entrySet()) {
            rules.put(rival.getKey(), rival.getValue().get());
        }
        rules.put(OURS, new Ours());
        Map<String, Double> first = new LinkedHashMap<>();
        rules.keySet().forEach(rule -> first.put(rule, Double.NaN));
        long requests = Math.round(setting.requestsPerSecond() * TICK.toSeconds());
        double seconds = 0;
        for (Rung rung : LADDER) {
            int ticks = rung.minutes() * TICKS_PER_MINUTE;
            for (int i = 1; i <= ticks; i++) {
                seconds += TICK.toSeconds();
                long candidate = Draws.binomial(random, requests, rung.candidateShare());
                ArmCounts tick = new ArmCounts(
                        candidate,
                        Draws.binomial(random, candidate, setting.candidateShare()),
                        requests - candidate,
                        Draws.binomial(random, requests - candidate, setting.baselineShare()));
                boolean stageEnds = i == ticks;
                double now = seconds;
                rules.forEach((name, rule) -> {
                    if (Double.isNaN(first.getOrDefault(name, 0.0)) && rule.rollsBackAfter(tick, stageEnds)) {
                        first.put(name, now);
                    }
                });
                if (first.values().stream().noneMatch(value -> value.isNaN())) {
                    return first;
                }
            }
        }
        return first;
    }

    /** The control plane's reducer, promoted by the clock like everybody else. It has the error of the standard plan: a sixth of 1 %. */
    private static final class Ours implements Rival {
        private static final Instant AT = Instant.EPOCH;
        private final RolloutReducer reducer = new RolloutReducer();
        private RolloutState state = RolloutState.planned(Healthy.TWO_HOURS);
        private long number;

        Ours() {
            send(new RolloutEvent.VersionsProbed(AT, true, true));
            command(Verb.START);
        }

        @Override
        public boolean rollsBackAfter(ArmCounts tick, boolean stageEnds) {
            send(new RolloutEvent.Observed(
                    AT, new Observation(number++, TICK, Map.of(Metric.ERROR, tick), 0, 0, JudgeReport.NOTHING_ASKED)));
            if (stageEnds) {
                command(Verb.PROMOTE_ONE);
            }
            return state.phase() == Phase.ROLLED_BACK;
        }

        private void command(Verb verb) {
            send(new RolloutEvent.Commanded(AT, new Command(verb + " " + number, verb, "scenario", "by the clock")));
        }

        private void send(RolloutEvent event) {
            state = reducer.reduce(state, event).state();
        }
    }
}
