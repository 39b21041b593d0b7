package dev.weir.control;

import dev.weir.control.alerting.Alert;
import dev.weir.control.alerting.Alert.Severity;
import dev.weir.control.alerting.Watch;
import dev.weir.control.rollout.Phase;
import dev.weir.control.rollout.RolloutReport;
import dev.weir.control.rollout.RolloutReport.MetricReport;
import dev.weir.control.rollout.Stage;
import dev.weir.control.rollout.journal.RolloutRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** What a rollout wants somebody to know: that it went back, that it stands still, that nobody can tell, that its shadow is asked nothing. */
final class RolloutAlerts implements Watch {
    /** A rollback is news for so long. */
    private static final Duration NEWS = Duration.ofHours(24);

    /** So long may a clock stand still before anybody is told: reading is late now and then. */
    private static final Duration HELD_MAX = Duration.ofMinutes(2);

    private static final Duration SHADOW_SILENT_MAX = Duration.ofMinutes(3);

    private final Supplier<List<RolloutRecord>> latest;
    private final LongSupplier requestCount;
    private final Map<String, Instant> heldSince = new HashMap<>();
    private final Map<String, Progress> shadows = new HashMap<>();

    /** How far a shadow had come when it was last seen to go on. */
    private record Progress(long pairCount, long requestCount, Instant at) {}

    /**
     * A watch.
     *
     * @param latest rollouts
     * @param requestCount that were answered since the start
     */
    RolloutAlerts(Supplier<List<RolloutRecord>> latest, LongSupplier requestCount) {
        this.latest = latest;
        this.requestCount = requestCount;
    }

    @Override
    public List<Alert> wrong(Instant now) {
        List<Alert> alerts = new ArrayList<>();
        for (RolloutRecord rollout : latest.get()) {
            RolloutReport report = rollout.report();
            String sentence = report.sentence();
            if (report.rollbackWaits()) {
                alerts.add(alert(
                        "RollbackWaits",
                        Severity.PAGE,
                        rollout,
                        "a rollback of " + rollout.plan().alias() + " waits until "
                                + rollout.plan().baseline() + " is proven healthy",
                        now));
            }
            switch (report.phase()) {
                case ROLLED_BACK -> {
                    if (report.at().isAfter(now.minus(NEWS))) {
                        alerts.add(alert("RolloutRolledBack", Severity.PAGE, rollout, sentence, now));
                    }
                }
                case INCONCLUSIVE -> alerts.add(alert("RolloutInconclusive", Severity.TICKET, rollout, sentence, now));
                case RUNNING -> {
                    if (isHeld(rollout, now)) {
                        alerts.add(
                                alert("RolloutHeld", Severity.TICKET, rollout, String.join(" ", report.holds()), now));
                    }
                    if (isShadowSilent(rollout, now)) {
                        alerts.add(alert(
                                "ShadowStopped",
                                Severity.TICKET,
                                rollout,
                                "no request of " + rollout.plan().alias() + " has reached "
                                        + rollout.plan().candidate() + " for " + SHADOW_SILENT_MAX.toMinutes()
                                        + " minutes",
                                now));
                    }
                }
                case PLANNED, PAUSED, COMPLETED -> {
                    // As somebody wants it.
                }
            }
            if (report.phase() != Phase.RUNNING) {
                heldSince.remove(rollout.plan().rolloutId());
                shadows.remove(rollout.plan().rolloutId());
            }
        }
        return alerts;
    }

    private boolean isHeld(RolloutRecord rollout, Instant now) {
        if (rollout.report().holds().isEmpty()) {
            heldSince.remove(rollout.plan().rolloutId());
            return false;
        }
        Instant since = heldSince.computeIfAbsent(rollout.plan().rolloutId(), _ -> now);
        return !now.isBefore(since.plus(HELD_MAX));
    }

    private boolean isShadowSilent(RolloutRecord rollout, Instant now) {
        String id = rollout.plan().rolloutId();
        RolloutReport report = rollout.report();
        if (rollout.plan().stages().get(report.stageIndex()).kind() != Stage.Kind.SHADOW) {
            shadows.remove(id);
            return false;
        }
        long pairCount = report.metrics().stream()
                .mapToLong(MetricReport::candidateCount)
                .max()
                .orElse(0);
        long requests = requestCount.getAsLong();
        Progress known = shadows.get(id);
        if (known == null || pairCount > known.pairCount()) {
            shadows.put(id, new Progress(pairCount, requests, now));
            return false;
        }
        // Without requests there is nothing to copy.
        return requests > known.requestCount() && !now.isBefore(known.at().plus(SHADOW_SILENT_MAX));
    }

    private static Alert alert(String name, Severity severity, RolloutRecord rollout, String summary, Instant now) {
        return new Alert(
                name,
                severity,
                Map.of(
                        "rollout",
                        rollout.plan().rolloutId(),
                        "alias",
                        rollout.plan().alias()),
                summary,
                now,
                null);
    }
}
