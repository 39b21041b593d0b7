package dev.weir.engine.execution;

import dev.weir.engine.admission.Admission;
import dev.weir.engine.admission.AdmissionQueue;
import dev.weir.engine.scheduling.Preemption;
import dev.weir.engine.scheduling.Scheduler;
import dev.weir.engine.scheduling.StepPlan;
import dev.weir.engine.usage.EngineUsage;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Carries what the scheduler counts to where it is read: metrics, and the door, which judges deadlines by it. Confined to the engine thread. */
final class Accounts {

    private static final Preemption[] PREEMPTIONS = Preemption.values();

    private final Scheduler<Generation> scheduler;
    private final AdmissionQueue admission;
    private final EngineUsage usage;
    private final Map<Preemption, Long> preemptionCounts = new EnumMap<>(Preemption.class);
    private long soughtTokens;
    private long foundTokens;
    private long recomputedTokens;
    private long offloadedBlocks;
    private long restoredTokens;

    Accounts(Scheduler<Generation> scheduler, AdmissionQueue admission, EngineUsage usage) {
        this.scheduler = scheduler;
        this.admission = admission;
        this.usage = usage;
        for (Preemption reason : PREEMPTIONS) {
            usage.preempted(label(reason), 0); // so that each stands at 0 from the start
        }
        for (Admission.Reason reason : Admission.Reason.values()) {
            usage.watchRefusals(label(reason), () -> admission.rejectedCount(reason));
        }
    }

    void stepped(StepPlan plan) {
        usage.stepped(plan.tokenCount());
        for (Preemption reason : PREEMPTIONS) {
            long count = scheduler.preemptionCount(reason);
            long known = preemptionCounts.getOrDefault(reason, 0L);
            if (count > known) {
                usage.preempted(label(reason), count - known);
                preemptionCounts.put(reason, count);
            }
        }
        usage.prefixCache(scheduler.soughtTokens() - soughtTokens, scheduler.foundTokens() - foundTokens);
        soughtTokens = scheduler.soughtTokens();
        foundTokens = scheduler.foundTokens();
        usage.recomputed(scheduler.recomputedTokens() - recomputedTokens);
        recomputedTokens = scheduler.recomputedTokens();
        usage.offloaded(scheduler.offloadedBlocks() - offloadedBlocks, scheduler.restoredTokens() - restoredTokens);
        offloadedBlocks = scheduler.offloadedBlocks();
        restoredTokens = scheduler.restoredTokens();
        admission.measured(scheduler.promptBacklogTokens(), scheduler.promptTokensPerSecond());
    }

    private static String label(Enum<?> reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }
}
