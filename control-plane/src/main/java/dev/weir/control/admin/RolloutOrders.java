package dev.weir.control.admin;

import dev.weir.control.rollout.Guard;
import dev.weir.control.rollout.Harm;
import dev.weir.control.rollout.Metric;
import dev.weir.control.rollout.RolloutLimits;
import dev.weir.control.rollout.RolloutPlan;
import dev.weir.control.rollout.Stage;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How people write plans down. */
final class RolloutOrders {
    private RolloutOrders() {}

    /** What a plan begins with where it does not say otherwise. */
    enum Template {
        /** Shadow, 5 %, 25 %, 50 %, everything; errors, latencies, and what a judge says. */
        STANDARD,
        /** The same without a judge. */
        UNJUDGED
    }

    /**
     * A plan that is wanted.
     *
     * @param id made up where absent
     * @param baseline what the alias means now, where absent
     * @param template standard where absent
     * @param stages instead of the template's
     * @param guards instead of the template's
     * @param overrideGate to roll out what no evaluation has found good enough; takes an administrator
     * @param start at once
     */
    record NewRollout(
            @Nullable String id,
            String alias,
            @Nullable String baseline,
            String candidate,
            @Nullable Template template,
            @Nullable List<StageOrder> stages,
            @Nullable List<GuardOrder> guards,
            String reason,
            @Nullable Boolean overrideGate,
            @Nullable Boolean start) {

        RolloutPlan plan(String planId, String meaning) {
            List<Guard> templated =
                    template == Template.UNJUDGED ? RolloutPlan.unjudgedGuards() : RolloutPlan.standardGuards();
            List<Guard> watched = guards == null
                    ? templated
                    : guards.stream().map(GuardOrder::guard).toList();
            return new RolloutPlan(
                    planId,
                    alias,
                    meaning,
                    candidate,
                    stages == null
                            ? RolloutPlan.standardStages(watched)
                            : stages.stream().map(StageOrder::stage).toList(),
                    watched,
                    RolloutLimits.DEFAULT);
        }
    }

    /** A step of a plan. */
    record StageOrder(
            Stage.Kind kind,
            double candidateShare,
            double holdSeconds,
            @Nullable Long requestsMin,
            @Nullable Long judgedMin) {
        Stage stage() {
            return new Stage(
                    kind,
                    candidateShare,
                    Duration.ofMillis(Math.round(holdSeconds * 1e3)),
                    requestsMin == null ? 0 : requestsMin,
                    judgedMin == null ? 0 : judgedMin);
        }

        static StageOrder of(Stage stage) {
            return new StageOrder(
                    stage.kind(),
                    stage.candidateShare(),
                    stage.hold().toMillis() / 1e3,
                    stage.requestCountMin(),
                    stage.judgedCountMin());
        }
    }

    /** What is watched, and how much is too much: 0.02 for two points. */
    record GuardOrder(Metric metric, Guard.Role role, double limit) {
        Guard guard() {
            return new Guard(metric, role, Harm.of(metric, limit));
        }

        static GuardOrder of(Guard guard) {
            return new GuardOrder(guard.metric(), guard.role(), guard.harm().limit());
        }
    }

    /** Why somebody wants something; an id makes it the same wish when it is sent again. */
    record RolloutOrder(String reason, @Nullable String id) {}
}
