package dev.weir.control.rollout;

import dev.weir.control.rollout.Guard.Role;
import dev.weir.control.rollout.Stage.Kind;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What is to happen to an alias, fixed before it begins: nobody can move a limit while looking at the numbers.
 *
 * @param alias the name that callers use; it changes what it means by a rollout and by nothing else
 * @param baseline the version that it means now, and to which it is rolled back
 * @param candidate the version that it will mean
 */
public record RolloutPlan(
        String rolloutId,
        String alias,
        String baseline,
        String candidate,
        List<Stage> stages,
        List<Guard> guards,
        RolloutLimits limits) {
    private static final int STAGES_MAX = 20;

    public RolloutPlan {
        requireName("rolloutId", rolloutId);
        requireName("alias", alias);
        requireName("baseline", baseline);
        requireName("candidate", candidate);
        if (baseline.equals(candidate)) {
            throw new IllegalArgumentException("baseline and candidate are the same version: " + baseline);
        }
        stages = List.copyOf(stages);
        guards = List.copyOf(guards);
        requireLadder(stages);
        if (guards.stream().noneMatch(guard -> guard.role() == Role.GUARDRAIL)) {
            throw new IllegalArgumentException("without a guardrail nothing could roll back: name one at least");
        }
        if (guards.stream().noneMatch(guard -> !guard.metric().isJudged())) {
            throw new IllegalArgumentException(
                    "without a guard on what every request says traffic cannot be seen: name " + Metric.ERROR
                            + " at least");
        }
        Set<Metric> metrics = new HashSet<>();
        for (Guard guard : guards) {
            if (!metrics.add(guard.metric())) {
                throw new IllegalArgumentException("the metric has two guards: " + guard.metric());
            }
        }
    }

    /** The default plan: pairs in the shadow, 5 % for 2 hours, 25 % for 6, 50 % for 24, then everything, with the old version kept for 48. */
    public static RolloutPlan standard(String rolloutId, String alias, String baseline, String candidate) {
        return new RolloutPlan(
                rolloutId, alias, baseline, candidate, standardStages(), standardGuards(), RolloutLimits.DEFAULT);
    }

    /** The standard stages; where none of the guards asks a judge, none of them waits for judged answers. */
    public static List<Stage> standardStages(List<Guard> guards) {
        return guards.stream().anyMatch(guard -> guard.metric().isJudged())
                ? standardStages()
                : standardStages().stream().map(Stage::unjudged).toList();
    }

    private static List<Stage> standardStages() {
        return List.of(
                Stage.shadow(Duration.ofMinutes(10), 500),
                Stage.canary(0.05, Duration.ofHours(2), 500, 900),
                Stage.canary(0.25, Duration.ofHours(6), 500, 900),
                Stage.canary(0.50, Duration.ofHours(24), 500, 900),
                Stage.warm(Duration.ofHours(48)));
    }

    /** The guards that need no judge: errors and latencies. */
    public static List<Guard> unjudgedGuards() {
        return standardGuards().stream()
                .filter(guard -> !guard.metric().isJudged())
                .toList();
    }

    public static List<Guard> standardGuards() {
        return List.of(
                Guard.guardrail(Metric.ERROR, new Harm.Rise(0.02)),
                Guard.guardrail(Metric.TIME_TO_FIRST_TOKEN, new Harm.Exceedance(0.05)),
                Guard.guardrail(Metric.TIME_PER_TOKEN, new Harm.Exceedance(0.05)),
                Guard.guardrail(Metric.END_TO_END, new Harm.Exceedance(0.05)),
                Guard.guardrail(Metric.HALLUCINATION, new Harm.Rise(0.03)),
                Guard.guardrail(Metric.LOW_QUALITY, new Harm.QualityDrop(0.05)));
    }

    Stage stage(int index) {
        return stages.get(index);
    }

    /** Bonferroni: the family's error in equal parts. Signals do not roll back, so they take no part. */
    double guardrailAlpha() {
        int guardrailCount = 0;
        for (Guard guard : guards) {
            guardrailCount += guard.role() == Role.GUARDRAIL ? 1 : 0;
        }
        return limits.familyAlpha() / guardrailCount;
    }

    /** Each monitored stage has an assignment of its own. */
    double stageAssignmentAlpha() {
        return limits.assignmentAlpha()
                / Math.max(
                        1,
                        stages.stream()
                                .filter(stage -> stage.kind() == Kind.CANARY)
                                .count());
    }

    /** All holds together in which there is something to compare. */
    public Duration watched() {
        return stages.stream()
                .filter(stage -> stage.kind() != Kind.WARM)
                .map(Stage::hold)
                .reduce(Duration.ZERO, Duration::plus);
    }

    /** Enough for twice the planned time; from then on evidence only adds up. */
    int restartCountMax() {
        return Math.max(1, Math.toIntExact(watched().multipliedBy(2).dividedBy(limits.restartEvery())));
    }

    private static void requireLadder(List<Stage> stages) {
        if (stages.size() < 2 || stages.size() > STAGES_MAX || stages.getLast().kind() != Kind.WARM) {
            throw new IllegalArgumentException(
                    "a plan has 2 to " + STAGES_MAX + " stages and ends with the warm one: " + stages);
        }
        for (int i = 1; i < stages.size(); i++) {
            if (!(stages.get(i).candidateShare() > stages.get(i - 1).candidateShare())) {
                throw new IllegalArgumentException("each stage must give the candidate more than the one before: "
                        + stages.get(i - 1).say() + ", then " + stages.get(i).say());
            }
        }
    }

    private static void requireName(String what, String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException(what + " is blank");
        }
    }
}
