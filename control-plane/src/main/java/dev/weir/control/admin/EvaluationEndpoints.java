package dev.weir.control.admin;

import dev.weir.control.evaluation.StartGate.Clearance;
import dev.weir.control.evaluation.archive.RunArchive;
import dev.weir.control.evaluation.archive.RunStatus;
import dev.weir.control.evaluation.desk.ClearanceDesk;
import dev.weir.control.evaluation.desk.EvaluationRuns;
import dev.weir.control.evaluation.desk.RunOrder;
import dev.weir.control.evaluation.gate.AnswerLabels;
import dev.weir.control.evaluation.gate.GateReport;
import dev.weir.control.evaluation.gate.GateRules;
import dev.weir.control.evaluation.gate.HtmlReport;
import dev.weir.control.evaluation.gate.JUnitXml;
import dev.weir.control.identity.Caller;
import dev.weir.control.identity.ChangeLog;
import dev.weir.control.identity.Scope;
import dev.weir.control.storage.Database;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** Runs over golden sets, what gates say of them, and what rollouts are cleared to start. */
@RestController
public final class EvaluationEndpoints {
    private static final int CONCURRENCY = 8;

    private final Database database;
    private final RunArchive runs;
    private final EvaluationRuns desk;
    private final ClearanceDesk clearances;
    private final ChangeLog changes;

    public EvaluationEndpoints(
            Database database, RunArchive runs, EvaluationRuns desk, ClearanceDesk clearances, ChangeLog changes) {
        this.database = database;
        this.runs = runs;
        this.desk = desk;
        this.clearances = clearances;
        this.changes = changes;
    }

    /**
     * A run that is wanted: once over the latest version, eight requests at a time, where it does not say otherwise.
     *
     * @param comparedWith a run over the same version that is done: the judge also says whose answers are better
     */
    public record NewRun(
            String goldenSet,
            @Nullable String version,
            String model,
            @Nullable Integer repeatCount,
            @Nullable Integer concurrency,
            @Nullable String judgeModel,
            @Nullable String embeddingModel,
            @Nullable String comparedWith) {}

    /** A run as it stands; {@code attemptCount} of {@code attemptCountPlanned} are done. */
    public record RunView(
            String id,
            String goldenSet,
            String goldenHash,
            String model,
            int repeatCount,
            @Nullable String judgeVersion,
            @Nullable String comparedWith,
            RunStatus.State state,
            @Nullable String reason,
            int attemptCountPlanned,
            int attemptCount,
            int passedCount,
            String author,
            Instant createdAt,
            @Nullable Instant endedAt) {
        static RunView of(RunStatus run) {
            return new RunView(
                    run.settings().id(),
                    run.settings().setName(),
                    run.settings().goldenHash(),
                    run.settings().model(),
                    run.settings().repeatCount(),
                    run.settings().judgeVersion(),
                    run.settings().comparedWith(),
                    run.state(),
                    run.reason(),
                    run.attemptCountPlanned(),
                    run.attemptCount(),
                    run.passedCount(),
                    run.author(),
                    run.createdAt(),
                    run.endedAt());
        }
    }

    /**
     * What a gate asks for; what is absent has its default.
     *
     * @param labels whether the candidate's answers are right, by cases, as far as people have looked
     */
    public record GateQuestion(
            String candidateRun,
            @Nullable String baselineRun,
            @Nullable Double alpha,
            @Nullable Double tolerance,
            @Nullable Map<String, Double> floors,
            @Nullable Map<String, Boolean> labels) {
        GateRules rules() {
            GateRules standard = GateRules.STANDARD;
            return new GateRules(
                    alpha == null ? standard.alpha() : alpha,
                    tolerance == null ? standard.tolerance() : tolerance,
                    floors == null ? Map.of() : floors,
                    standard.coverageMin());
        }
    }

    /** A gate's verdict, with the cases that regressed first. */
    public record GateVerdict(boolean passed, GateReport report) {}

    /** Whether a rollout may start: {@code kind} is {@code passed}, {@code overridden} or {@code refused}. */
    public record StartClearance(boolean given, String kind, String reason) {
        static StartClearance of(Clearance clearance) {
            return switch (clearance) {
                case Clearance.Passed passed -> new StartClearance(true, "passed", passed.sentence());
                case Clearance.Overridden(var actor, var reason) ->
                    new StartClearance(true, "overridden", actor + ": " + reason);
                case Clearance.Refused(var reason) -> new StartClearance(false, "refused", reason);
            };
        }
    }

    /** Why a rollout may start all the same. */
    public record OverrideReason(String reason) {}

    @GetMapping("/admin/evaluations")
    Mono<List<RunView>> evaluationRuns(@RequestParam Optional<String> goldenSet, @RequestParam Optional<String> model) {
        return Refusals.ask(
                database,
                () -> runs.list(goldenSet, model).stream().map(RunView::of).toList());
    }

    @PostMapping("/admin/evaluations")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Mono<RunView> startEvaluation(@RequestAttribute(AdminAccess.CALLER) Caller caller, @RequestBody NewRun order) {
        return Refusals.ask(
                database,
                () -> RunView.of(desk.start(
                        new RunOrder(
                                order.goldenSet(),
                                order.version() == null ? "latest" : order.version(),
                                order.model(),
                                order.repeatCount() == null ? 1 : order.repeatCount(),
                                order.concurrency() == null ? CONCURRENCY : order.concurrency(),
                                order.judgeModel(),
                                order.embeddingModel(),
                                order.comparedWith()),
                        caller.actor())));
    }

    @GetMapping("/admin/evaluations/{id}")
    Mono<RunView> evaluationRun(@PathVariable String id) {
        return Refusals.ask(database, () -> RunView.of(runs.status(id)));
    }

    /** Goes on with a run that ended before it was done. */
    @PostMapping("/admin/evaluations/{id}/resume")
    Mono<RunView> resumeEvaluation(@PathVariable String id) {
        return Refusals.ask(database, () -> RunView.of(desk.resume(id, CONCURRENCY)));
    }

    @PostMapping("/admin/evaluations/{id}/cancel")
    Mono<RunView> cancelEvaluation(@RequestAttribute(AdminAccess.CALLER) Caller caller, @PathVariable String id) {
        return Refusals.ask(
                database,
                () -> changes.change(
                        caller,
                        "evaluation.cancel",
                        id,
                        run -> Map.of("goldenSet", run.goldenSet(), "model", run.model()),
                        _ -> RunView.of(desk.cancel(id))));
    }

    /** What the gate says of a run, alone or against another, with every case: those that regressed first. */
    @PostMapping("/admin/evaluations/gate")
    Mono<GateVerdict> evaluationGate(@RequestBody GateQuestion question) {
        return Refusals.ask(database, () -> {
            GateReport report = report(question);
            return new GateVerdict(report.isPassed(), report);
        });
    }

    /** The same as a page of its own, or as JUnit's XML. */
    @PostMapping(path = "/admin/evaluations/gate/report", produces = "text/html")
    Mono<ResponseEntity<String>> evaluationReport(
            @RequestBody GateQuestion question, @RequestParam(defaultValue = "html") String format) {
        return Refusals.ask(database, () -> {
            GateReport report = report(question);
            boolean page = format.equals("html");
            return ResponseEntity.ok()
                    .contentType(MediaType.parseMediaType(
                            page ? "text/html;charset=UTF-8" : "application/xml;charset=UTF-8"))
                    .body(page ? HtmlReport.of(report) : JUnitXml.of(report));
        });
    }

    private GateReport report(GateQuestion question) {
        AnswerLabels labels = question.labels() == null ? AnswerLabels.NONE : new AnswerLabels(question.labels());
        return desk.compare(
                question.candidateRun(), Optional.ofNullable(question.baselineRun()), question.rules(), labels);
    }

    /** May a rollout from the baseline to the candidate start? */
    @GetMapping("/admin/evaluations/clearance")
    Mono<StartClearance> startClearance(@RequestParam String baseline, @RequestParam String candidate) {
        return Refusals.ask(database, () -> StartClearance.of(clearances.check(baseline, candidate)));
    }

    /** An administrator answers for it. */
    @PutMapping("/admin/evaluations/clearance")
    Mono<StartClearance> overrideClearance(
            @RequestAttribute(AdminAccess.CALLER) Caller caller,
            @RequestParam String baseline,
            @RequestParam String candidate,
            @RequestBody OverrideReason override) {
        return Refusals.ask(database, () -> {
            caller.require(Scope.ADMINISTER);
            Map<String, String> detail = Map.of("baseline", baseline, "reason", override.reason());
            return changes.change(caller.actor(), "clearance.override", candidate, _ -> detail, _ -> {
                clearances.override(baseline, candidate, caller.actor(), override.reason());
                return StartClearance.of(clearances.check(baseline, candidate));
            });
        });
    }

    @DeleteMapping("/admin/evaluations/clearance")
    Mono<StartClearance> withdrawClearance(
            @RequestAttribute(AdminAccess.CALLER) Caller caller,
            @RequestParam String baseline,
            @RequestParam String candidate) {
        return Refusals.ask(database, () -> {
            caller.require(Scope.ADMINISTER);
            return changes.change(caller, "clearance.withdraw", candidate, _ -> Map.of("baseline", baseline), _ -> {
                clearances.withdraw(baseline, candidate);
                return StartClearance.of(clearances.check(baseline, candidate));
            });
        });
    }
}
