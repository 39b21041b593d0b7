package dev.weir.control;

import dev.weir.control.alerting.Alert;
import dev.weir.control.alerting.Alert.Severity;
import dev.weir.control.drift.DriftFinding;
import dev.weir.control.drift.DriftFinding.Scope;
import dev.weir.control.drift.RateWatch;
import dev.weir.control.evaluation.QualityEvent;
import dev.weir.control.evaluation.QualityListener;
import dev.weir.control.fleet.EngineView;
import dev.weir.control.quota.Limit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What is wrong with engines, budgets, answers and the judge, as alerts. */
final class ServiceAlerts {
    /** A restart may take so long. */
    private static final Duration ENGINE_AWAY_MAX = Duration.ofMinutes(1);

    /** Requests reserve what they may take, so the last of a budget is refused before it is spent. */
    private static final double SPENT_SHARE = 0.95;

    private ServiceAlerts() {}

    /** Engines that nobody drains and that are not ready. */
    static List<Alert> engines(List<EngineView> engines, Instant now) {
        return engines.stream()
                .filter(view -> !view.isReady()
                        && !view.draining()
                        && !now.isBefore(view.since().plus(ENGINE_AWAY_MAX)))
                .map(view -> new Alert(
                        "EngineDead",
                        Severity.PAGE,
                        Map.of("engine", view.engine().name()),
                        "the engine " + view.engine().name() + " is not ready: " + view.whyNotReady(),
                        now,
                        null))
                .toList();
    }

    /** A budget and what is spent of it. */
    record Spent(Limit limit, long amount) {}

    /** Budgets of which so little is left that requests will not fit in. */
    static List<Alert> budgets(List<Spent> budgets, Instant now) {
        return budgets.stream()
                .filter(spent -> spent.amount() >= SPENT_SHARE * spent.limit().amountMax())
                .map(spent -> new Alert(
                        "BudgetSpent",
                        Severity.TICKET,
                        Map.of("limit", spent.limit().id()),
                        "the budget of " + spent.limit().describe() + " is spent",
                        now,
                        null))
                .toList();
    }

    /** One alert for each signal of each model that has moved: the widest view of it, over all tenants where these have moved together. */
    static List<Alert> drift(List<DriftFinding> findings, List<RateWatch.Rate> rates, Instant now) {
        Map<Map<String, String>, Alert> alerts = new LinkedHashMap<>();
        findings.stream()
                .filter(finding -> finding.verdict() == DriftFinding.Verdict.MOVED)
                .sorted(Comparator.comparingInt(ServiceAlerts::narrowness))
                .forEach(finding -> {
                    Map<String, String> labels = new TreeMap<>(Map.of(
                            "model", finding.scope().model(),
                            "signal", small(finding.signal())));
                    alerts.putIfAbsent(
                            labels,
                            new Alert(
                                    "Drift",
                                    Severity.TICKET,
                                    labels,
                                    "%s of %s has moved from the four weeks before (index %.2f, %s, %s): %s"
                                            .formatted(
                                                    small(finding.signal()),
                                                    finding.scope().model(),
                                                    finding.all().index(),
                                                    tenants(finding.scope()),
                                                    questions(finding.scope()),
                                                    cause(finding.cause())),
                                    now,
                                    null));
                });
        List<Alert> all = new ArrayList<>(alerts.values());
        rates.stream()
                .filter(rate -> rate.verdict() == RateWatch.Verdict.MOVED)
                .forEach(rate -> all.add(new Alert(
                        "RateMoved",
                        Severity.TICKET,
                        Map.of(
                                "model", rate.scope().model(),
                                "tenant", rate.scope().tenant(),
                                "signal", small(rate.signal())),
                        "%s of %s is %.1f %% this week and was %.1f %% before (%s)"
                                .formatted(
                                        small(rate.signal()),
                                        rate.scope().model(),
                                        100 * rate.now().share(),
                                        100 * rate.reference().share(),
                                        tenants(rate.scope())),
                        now,
                        null)));
        return all;
    }

    private static String tenants(Scope scope) {
        return scope.tenant().equals(Scope.ALL) ? "all tenants" : "tenant " + scope.tenant();
    }

    private static String questions(Scope scope) {
        return scope.queryType().equals(Scope.ALL) ? "all questions" : scope.queryType() + " questions";
    }

    private static int narrowness(DriftFinding finding) {
        return (finding.scope().tenant().equals(Scope.ALL) ? 0 : 1)
                + (finding.scope().queryType().equals(Scope.ALL) ? 0 : 1);
    }

    private static String cause(DriftFinding.Cause cause) {
        return switch (cause) {
            case INPUT -> "others ask, or for other things";
            case ANSWERS -> "the same questions are answered otherwise";
            case NONE, UNKNOWN -> "it cannot be told whether questions or answers have changed";
        };
    }

    private static String small(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** Whether the judge may be believed, for as long as it says nothing else. */
    static final class JudgeTrust implements QualityListener {
        private volatile String mistrust = "";

        @Override
        public void accept(QualityEvent event) {
            if (event instanceof QualityEvent.JudgeState(boolean available, String reason)) {
                mistrust = available ? "" : reason;
            }
        }

        List<Alert> wrong(Instant now) {
            String reason = mistrust;
            return reason.isEmpty()
                    ? List.of()
                    : List.of(new Alert(
                            "JudgeQuarantined",
                            Severity.TICKET,
                            Map.of(),
                            "the judge's verdicts are left out: " + reason,
                            now,
                            null));
        }
    }
}
