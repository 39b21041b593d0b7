package dev.weir.rollouts.rival;

import dev.weir.control.statistics.ArmCounts;
import dev.weir.control.statistics.ConfidenceSequence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The rules, each beginning anew for every run. Ticks are five seconds; every rule allows 2 points more, where it allows anything. */
public final class Rivals {
    private static final int TICKS_PER_MINUTE = 12;
    private static final double POINTS = 0.02;
    private static final long CANDIDATE_MIN = 30;

    private Rivals() {}

    /** By name, in the order in which they are shown. */
    public static Map<String, Supplier<Rival>> all() {
        Map<String, Supplier<Rival>> rules = new LinkedHashMap<>();
        rules.put("difference over 2 points, rolling 5 min", Rivals::rolling);
        rules.put("difference over 2 points, since the stage began", Rivals::cumulative);
        rules.put("z-test at 5 % after every tick", Rivals::repeatedTest);
        rules.put("Flagger-style: 5 failed checks of a minute", Rivals::failedChecks);
        rules.put("Kayenta-style: Mann-Whitney over minutes, at the end of a stage", Rivals::mannWhitney);
        rules.put("asymptotic confidence sequence at 1 %, over 2 points", Rivals::sequence);
        return rules;
    }

    private static boolean isTooMuch(ArmCounts counts) {
        return counts.candidateCount() >= CANDIDATE_MIN
                && counts.candidateBadShare() - counts.baselineBadShare() >= POINTS;
    }

    private static Rival rolling() {
        Window window = new Window(5 * TICKS_PER_MINUTE);
        return (tick, _) -> isTooMuch(window.after(tick));
    }

    private static Rival cumulative() {
        return new Rival() {
            private ArmCounts stage = ArmCounts.NONE;

            @Override
            public boolean rollsBackAfter(ArmCounts tick, boolean stageEnds) {
                stage = stage.plus(tick);
                boolean rollsBack = isTooMuch(stage);
                stage = stageEnds ? ArmCounts.NONE : stage;
                return rollsBack;
            }
        };
    }

    private static Rival repeatedTest() {
        return new Rival() {
            private static final double Z_ONE_SIDED = 1.6448536269514722;
            private ArmCounts stage = ArmCounts.NONE;

            @Override
            public boolean rollsBackAfter(ArmCounts tick, boolean stageEnds) {
                stage = stage.plus(tick);
                double pooled = (stage.candidateBadCount() + stage.baselineBadCount())
                        / (double) (stage.candidateCount() + stage.baselineCount());
                double error =
                        Math.sqrt(pooled * (1 - pooled) * (1.0 / stage.candidateCount() + 1.0 / stage.baselineCount()));
                boolean rollsBack = stage.candidateCount() >= CANDIDATE_MIN
                        && (stage.candidateBadShare() - stage.baselineBadShare()) / error > Z_ONE_SIDED;
                stage = stageEnds ? ArmCounts.NONE : stage;
                return rollsBack;
            }
        };
    }

    /** Each minute is checked once; failures need not follow each other, and a stage forgives those of the one before. */
    private static Rival failedChecks() {
        return new Rival() {
            private static final int FAILURES_MAX = 5;
            private ArmCounts minute = ArmCounts.NONE;
            private int tickCount;
            private int failureCount;

            @Override
            public boolean rollsBackAfter(ArmCounts tick, boolean stageEnds) {
                minute = minute.plus(tick);
                tickCount++;
                if (tickCount % TICKS_PER_MINUTE == 0) {
                    boolean fails = minute.candidateBadShare() - minute.baselineBadShare() > POINTS;
                    failureCount += fails ? 1 : 0;
                    minute = ArmCounts.NONE;
                }
                boolean rollsBack = failureCount >= FAILURES_MAX;
                failureCount = stageEnds ? 0 : failureCount;
                return rollsBack;
            }
        };
    }

    /**
     * The error rates of a stage's minutes, candidate against baseline: a metric is high if the 98 % interval of the shift lies above a quarter of
     * the estimated shift. Judged once, when the stage ends.
     */
    private static Rival mannWhitney() {
        return new Rival() {
            private static final double Z98 = 2.3263478740408408;
            private static final double TOLERANCE = 0.25;
            private final List<Double> candidate = new ArrayList<>();
            private final List<Double> baseline = new ArrayList<>();
            private ArmCounts minute = ArmCounts.NONE;
            private int tickCount;

            @Override
            public boolean rollsBackAfter(ArmCounts tick, boolean stageEnds) {
                minute = minute.plus(tick);
                tickCount++;
                if (tickCount % TICKS_PER_MINUTE == 0) {
                    candidate.add(minute.candidateBadShare());
                    baseline.add(minute.baselineBadShare());
                    minute = ArmCounts.NONE;
                }
                if (!stageEnds) {
                    return false;
                }
                boolean high = isHigh();
                candidate.clear();
                baseline.clear();
                return high;
            }

            private boolean isHigh() {
                int count = candidate.size();
                double[] shifts = candidate.stream()
                        .flatMapToDouble(c -> baseline.stream().mapToDouble(b -> c - b))
                        .sorted()
                        .toArray();
                double estimate = shifts[shifts.length / 2];
                double half = Z98 * Math.sqrt(count * (double) count * (2.0 * count + 1) / 12);
                int lower = (int) Math.floor(count * count / 2.0 - half);
                return lower >= 0 && shifts[lower] > TOLERANCE * Math.abs(estimate);
            }
        };
    }

    private static Rival sequence() {
        return new Rival() {
            private final ConfidenceSequence sequence = ConfidenceSequence.narrowestAt(10_000, 0.01);
            private ArmCounts stage = ArmCounts.NONE;

            @Override
            public boolean rollsBackAfter(ArmCounts tick, boolean stageEnds) {
                stage = stage.plus(tick);
                double c = stage.candidateBadShare();
                double b = stage.baselineBadShare();
                double error = Math.sqrt(c * (1 - c) / stage.candidateCount() + b * (1 - b) / stage.baselineCount());
                double count = stage.candidateCount() + stage.baselineCount();
                boolean rollsBack = isTooMuch(stage) && c - b > sequence.oneSidedRadius(count, error);
                stage = stageEnds ? ArmCounts.NONE : stage;
                return rollsBack;
            }
        };
    }
}
