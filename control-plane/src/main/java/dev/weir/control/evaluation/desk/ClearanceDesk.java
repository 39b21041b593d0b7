package dev.weir.control.evaluation.desk;

import dev.weir.control.evaluation.StartGate;
import dev.weir.control.evaluation.archive.RunArchive;
import dev.weir.control.evaluation.archive.RunStatus;
import dev.weir.control.evaluation.archive.RunStatus.State;
import dev.weir.control.evaluation.gate.AnswerLabels;
import dev.weir.control.evaluation.gate.GateReport;
import dev.weir.control.evaluation.gate.GateRules;
import dev.weir.control.storage.Database;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Clears rollouts to start: for every set that counts, the candidate's latest run in which a judge has seen its answers beside those of a run of the
 * baseline, judged by the same judge, has to pass the gate against that run.
 */
public final class ClearanceDesk implements StartGate {
    private static final int REASON_CHARS_MAX = 1000;

    private final Database database;
    private final RunArchive runs;
    private final EvaluationRuns desk;
    private final Supplier<StartRules> rules;
    private final InstantSource clock;

    public ClearanceDesk(
            Database database, RunArchive runs, EvaluationRuns desk, Supplier<StartRules> rules, InstantSource clock) {
        this.database = database;
        this.runs = runs;
        this.desk = desk;
        this.rules = rules;
        this.clock = clock;
    }

    private record Comparison(RunStatus candidate, RunStatus baseline) {}

    @Override
    public Clearance check(String baseline, String candidate) {
        Optional<Clearance.Overridden> override = overriddenBy(baseline, candidate);
        if (override.isPresent()) {
            return override.get();
        }
        StartRules now = rules.get();
        List<Comparison> comparisons = comparisons(baseline, candidate, now);
        List<String> missing = now.sets().stream()
                .filter(set -> comparisons.stream()
                        .noneMatch(
                                found -> found.candidate().settings().setName().equals(set)))
                .toList();
        if (comparisons.isEmpty() || !missing.isEmpty()) {
            return new Clearance.Refused(
                    ("there is no run of %s over %s, with %d cases or more, whose answers a judge has compared with those of a run of %s"
                                    + " that it has judged, too: run %s with a judge, then %s compared with that run")
                            .formatted(
                                    candidate,
                                    missing.isEmpty() ? "a golden set" : String.join(", ", missing),
                                    now.caseCountMin(),
                                    baseline,
                                    baseline,
                                    candidate));
        }
        for (Comparison found : comparisons) {
            GateReport report = desk.compare(
                    found.candidate().settings().id(),
                    Optional.of(found.baseline().settings().id()),
                    GateRules.STANDARD,
                    AnswerLabels.NONE);
            if (!report.isPassed()) {
                return new Clearance.Refused("%s is not as good as %s on %s: %s"
                        .formatted(
                                candidate,
                                baseline,
                                report.candidate().setName(),
                                String.join("; ", report.failures())));
            }
        }
        Comparison first = comparisons.getFirst();
        return new Clearance.Passed(
                first.candidate().settings().goldenHash(),
                first.candidate().settings().id(),
                first.baseline().settings().id());
    }

    /** The latest comparison over each set that counts. */
    private List<Comparison> comparisons(String baseline, String candidate, StartRules now) {
        List<RunStatus> old = judged(baseline, now);
        List<Comparison> found = new ArrayList<>();
        for (RunStatus run : judged(candidate, now)) {
            String set = run.settings().setName();
            boolean wanted = now.sets().isEmpty() ? found.isEmpty() : now.sets().contains(set);
            boolean done = found.stream()
                    .anyMatch(pair -> pair.candidate().settings().setName().equals(set));
            if (wanted && !done) {
                old.stream()
                        .filter(other ->
                                other.settings().id().equals(run.settings().comparedWith())
                                        && Objects.equals(
                                                other.settings().judgeVersion(),
                                                run.settings().judgeVersion()))
                        .findFirst()
                        .ifPresent(other -> found.add(new Comparison(run, other)));
            }
        }
        return found;
    }

    private List<RunStatus> judged(String model, StartRules now) {
        return runs.list(Optional.empty(), Optional.of(model)).stream()
                .filter(run -> run.state() == State.DONE
                        && run.settings().judgeVersion() != null
                        && run.attemptCountPlanned() / run.settings().repeatCount() >= now.caseCountMin())
                .toList();
    }

    /** Somebody answers for it. */
    public void override(String baseline, String candidate, String actor, String reason) {
        if (reason.isBlank() || reason.length() > REASON_CHARS_MAX) {
            throw new IllegalArgumentException("a reason has 1 to " + REASON_CHARS_MAX + " characters");
        }
        database.<Integer>inTransaction(() -> {
            withdraw(baseline, candidate);
            return database.jdbc()
                    .sql("insert into evaluation_override (baseline, candidate, actor, reason, created_at)"
                            + " values (?, ?, ?, ?, ?)")
                    .params(baseline, candidate, actor, reason, clock.instant().atOffset(ZoneOffset.UTC))
                    .update();
        });
    }

    /** Nobody answers for it any more. */
    public void withdraw(String baseline, String candidate) {
        database.jdbc()
                .sql("delete from evaluation_override where baseline = ? and candidate = ?")
                .params(baseline, candidate)
                .update();
    }

    private Optional<Clearance.Overridden> overriddenBy(String baseline, String candidate) {
        return database.jdbc()
                .sql("select actor, reason from evaluation_override where baseline = ? and candidate = ?")
                .params(baseline, candidate)
                .query((row, _) -> new Clearance.Overridden(row.getString("actor"), row.getString("reason")))
                .optional();
    }
}
