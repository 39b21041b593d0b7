package dev.weir.control.rollout.trial;

import dev.weir.control.accounting.ArmLedger.Opinion;
import dev.weir.control.rollout.experiment.Bandit;
import dev.weir.control.rollout.experiment.Experiment;
import dev.weir.control.rollout.experiment.Verdict;
import dev.weir.control.rollout.trial.GoalMeans.UserHistory;
import dev.weir.control.rollout.trial.TrialPlan.Adaptation;
import dev.weir.control.rollout.trial.TrialState.End;
import dev.weir.control.rollout.trial.TrialState.Outcome;
import dev.weir.control.statistics.AssignmentEvidence;
import dev.weir.control.statistics.ClusteredMean;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Looks at a trial: what was seen goes in, what follows comes out. It reads no clock, draws nothing and calls nobody. */
final class TrialJudge {
    /** Of saying that users fall wrongly although they do not, over a whole trial. */
    static final double ASSIGNMENT_ALPHA = 1e-3;
    /** A bandit tells of moves that are at least so large. */
    private static final double MOVE_MIN = 0.05;

    private final TrialPlan plan;

    TrialJudge(TrialPlan plan) {
        this.plan = plan;
    }

    /**
     * What there is to look at.
     *
     * @param firstAt when the first call was; null before it
     * @param opinions that were not there the last time
     */
    record Seen(Instant at, @Nullable Instant firstAt, List<UserHistory> users, List<Opinion> opinions) {}

    /**
     * What follows.
     *
     * @param sentences for the timeline
     */
    record Look(TrialState state, TrialReport report, List<String> sentences) {}

    /** What follows for a trial that goes on. */
    Look look(TrialState before, Seen seen) {
        List<String> sentences = new ArrayList<>();
        List<GoalMeans> means = goals().stream()
                .map(goal -> GoalMeans.of(goal, plan.armNames(), seen.users()))
                .toList();
        double logE = assignmentLogE(before, seen.users());
        boolean misassigned = before.misassigned() || logE >= -Math.log(ASSIGNMENT_ALPHA);
        if (misassigned && !before.misassigned()) {
            sentences.add(
                    "Users do not fall on arms as they should: nobody wins any more, since what keeps users of one"
                            + " arm away spoils the comparison.");
        }
        TrialState state = new TrialState(
                before.outcome(),
                before.shares(),
                before.stoppedArms(),
                before.histories(),
                misassigned,
                seen.firstAt());
        state = plan.adaptation() == null
                ? judged(state, seen, means.getFirst(), sentences)
                : moved(state, plan.adaptation(), seen, sentences);
        TrialReport report = new TrialReporter(plan, state, seen).report(means, logE);
        return new Look(state, report, sentences);
    }

    /** The primary one first. */
    private List<Goal> goals() {
        List<Goal> goals = new ArrayList<>(Arrays.asList(Goal.values()));
        goals.remove(plan.primary());
        goals.addFirst(plan.primary());
        return goals;
    }

    /** Of the arms that go on, each of which gets as many users; a bandit's do not. */
    private double assignmentLogE(TrialState state, List<UserHistory> users) {
        List<String> going = plan.armNames().stream()
                .filter(arm -> !state.stoppedArms().contains(arm))
                .toList();
        if (plan.adaptation() != null || going.size() < 2) {
            return 0;
        }
        double[] shares = new double[going.size()];
        Arrays.fill(shares, 1.0 / going.size());
        long[] counts = new long[going.size()];
        users.forEach(user -> {
            int arm = going.indexOf(user.arm());
            if (arm >= 0) {
                counts[arm]++;
            }
        });
        return AssignmentEvidence.expecting(shares).after(counts).logE();
    }

    private TrialState judged(TrialState state, Seen seen, GoalMeans primary, List<String> sentences) {
        Map<String, ClusteredMean> going = new LinkedHashMap<>();
        for (String arm : plan.armNames()) {
            if (!state.stoppedArms().contains(arm)) {
                going.put(arm, primary.oriented(arm));
            }
        }
        Verdict verdict = new Experiment(plan.experiment()).judge(observedFor(seen), going);
        TrialState next = switch (verdict) {
            case Verdict.Running(var why) -> running(state, why);
            case Verdict.Harmful(var arm, var difference) -> {
                Set<String> stopped = new HashSet<>(state.stoppedArms());
                stopped.add(arm);
                String sentence = "%s is worse than %s in %s, by %s: stopped."
                        .formatted(arm, plan.control().name(), plan.primary().words(), size(-difference));
                sentences.add(sentence);
                TrialState without = new TrialState(
                        state.outcome(),
                        state.shares(),
                        stopped,
                        state.histories(),
                        state.misassigned(),
                        state.begunAt());
                yield stopped.size() == plan.arms().size() - 1
                        ? without.ended(new Outcome(End.HARMFUL, arm, sentence))
                        : running(without, "another arm was stopped for harm");
            }
            case Verdict.Winner _, Verdict.NoDifference _
            when state.misassigned() -> running(state, "held, since users do not fall on arms as they should");
            case Verdict.Winner winner -> state.ended(new Outcome(End.WINNER, winner.treatment(), won(winner)));
            case Verdict.NoDifference _ ->
                state.ended(new Outcome(
                        End.NO_DIFFERENCE,
                        null,
                        "The horizon is reached and no arm differs from %s in %s."
                                .formatted(plan.control().name(), plan.primary().words())));
        };
        if (next.outcome().ended() && next.outcome().end() != End.HARMFUL) {
            sentences.add(next.outcome().sentence());
        }
        return next;
    }

    private static TrialState running(TrialState state, String why) {
        return state.ended(new Outcome(End.RUNNING, null, "Running: " + why + "."));
    }

    private String won(Verdict.Winner winner) {
        return "%s is better than %s in %s, by %s (%s to %s), %s. Roll it out."
                .formatted(
                        winner.treatment(),
                        plan.control().name(),
                        plan.primary().words(),
                        size(winner.difference()),
                        size(winner.interval().lower()),
                        size(winner.interval().upper()),
                        winner.atHorizon() ? "at the horizon" : "before the horizon");
    }

    /** As the goal is counted; more is better here, whichever it is. */
    private String size(double difference) {
        return switch (plan.primary()) {
            case LATENCY -> String.format(Locale.ROOT, "%.3f s", difference);
            case COST -> String.format(Locale.ROOT, "%.6f", difference);
            case TASK_COMPLETION, THUMBS, QUALITY, HALLUCINATION, ERRORS ->
                String.format(Locale.ROOT, "%.1f points", 100 * difference);
        };
    }

    private static Duration observedFor(Seen seen) {
        Instant first = seen.firstAt();
        return Duration.ofDays(
                first == null
                        ? 0
                        : Math.max(0, Duration.between(first, seen.at()).toDays()));
    }

    private TrialState moved(TrialState state, Adaptation adaptation, Seen seen, List<String> sentences) {
        // Nothing is forgotten while there is nothing new to learn.
        boolean learns = seen.opinions().stream()
                .anyMatch(opinion -> plan.primary().quality(opinion.feedback()).isPresent());
        List<Bandit.Arm> histories = new ArrayList<>();
        for (int i = 0; i < plan.arms().size(); i++) {
            String text = plan.text(plan.arms().get(i).name());
            List<Opinion> own = seen.opinions().stream()
                    .filter(opinion -> opinion.arm().equals(text)
                            && plan.primary().quality(opinion.feedback()).isPresent())
                    .toList();
            double earned = own.stream()
                    .mapToDouble(opinion -> reward(adaptation, opinion))
                    .sum();
            histories.add(
                    learns
                            ? adaptation.rules().updated(state.histories().get(i), earned, own.size())
                            : state.histories().get(i));
        }
        List<Double> shares = adaptation.rules().shares(histories);
        double largest = 0;
        for (int i = 0; i < shares.size(); i++) {
            largest = Math.max(largest, Math.abs(shares.get(i) - state.shares().get(i)));
        }
        if (largest >= MOVE_MIN) {
            sentences.add("Moved to " + told(shares) + ".");
        }
        String best = plan.arms().get(shares.indexOf(Collections.max(shares))).name();
        return new TrialState(
                new Outcome(
                        End.RUNNING,
                        null,
                        "Running: %s. Shares are no evidence; for a claim, run an experiment."
                                .formatted(
                                        shares.stream().distinct().count() == 1
                                                ? "all arms get the same"
                                                : best + " gets most, " + told(shares))),
                shares,
                state.stoppedArms(),
                histories,
                state.misassigned(),
                state.begunAt());
    }

    private double reward(Adaptation adaptation, Opinion opinion) {
        return adaptation
                .reward()
                .of(
                        plan.primary().quality(opinion.feedback()).orElseThrow(),
                        opinion.costNanos() / 1e9,
                        opinion.totalMicros() / 1e6 > adaptation.slowerThanSeconds());
    }

    private String told(List<Double> shares) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < shares.size(); i++) {
            parts.add(
                    String.format(Locale.ROOT, "%s %.0f %%", plan.arms().get(i).name(), 100 * shares.get(i)));
        }
        return String.join(", ", parts);
    }
}
