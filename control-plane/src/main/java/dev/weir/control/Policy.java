package dev.weir.control;

import dev.weir.control.accounting.FeedbackRules;
import dev.weir.control.accounting.PriceList;
import dev.weir.control.alerting.AlertPolicy;
import dev.weir.control.cache.CacheRules;
import dev.weir.control.compression.CompressionRules;
import dev.weir.control.configuration.Section;
import dev.weir.control.drift.DriftPolicy;
import dev.weir.control.evaluation.desk.StartRules;
import dev.weir.control.evaluation.live.LivePolicy;
import dev.weir.control.evaluation.review.ReviewPolicy;
import dev.weir.control.fleet.Engine;
import dev.weir.control.guard.GuardRules;
import dev.weir.control.ingress.OverflowPolicy;
import dev.weir.control.ingress.UpgradePolicy;
import dev.weir.control.routing.Detours;
import dev.weir.control.routing.RoutingPolicy;
import java.util.List;
import java.util.Optional;

/**
 * What the configuration's file says beside the settings under {@code weir}: it may change while we run, and then all of it changes at
 * once.
 *
 * @param engines beside those that were given when we started
 * @param routing how models are chosen
 * @param prices of models
 * @param cache which answers are remembered
 * @param guards what is looked for in prompts and answers
 * @param compression whose long context is shortened
 * @param overflow who outside may be asked
 * @param alerts who is told of alerts
 * @param feedback what of it is kept
 * @param judged how much of the live traffic is judged
 * @param startRules what a rollout has to have passed before it begins
 * @param reviewed whose answers people look at
 * @param drift how many answers are counted by what they look like
 * @param upgrade whose answers are looked at before they are sent
 * @param detours what becomes of requests that a model does not answer, or not soon
 */
record Policy(
        List<Engine> engines,
        RoutingPolicy routing,
        PriceList prices,
        CacheRules cache,
        GuardRules guards,
        CompressionRules compression,
        OverflowPolicy overflow,
        AlertPolicy alerts,
        FeedbackRules feedback,
        LivePolicy judged,
        StartRules startRules,
        ReviewPolicy reviewed,
        DriftPolicy drift,
        Optional<UpgradePolicy> upgrade,
        Detours detours) {
    /** What Spring Boot reads of the same file, once, when we start. */
    private static final List<String> SETTINGS = List.of("weir", "logging", "management", "server", "spring");

    Policy {
        engines = List.copyOf(engines);
    }

    /** With these providers beside those that the file names. */
    Policy registering(List<OverflowPolicy.Outlet> providers) {
        return new Policy(
                engines,
                routing,
                prices,
                cache,
                guards,
                compression,
                overflow.with(providers),
                alerts,
                feedback,
                judged,
                startRules,
                reviewed,
                drift,
                upgrade,
                detours);
    }

    static Policy read(Section root) {
        SETTINGS.forEach(root::leave);
        Section evaluation = root.section("evaluation");
        RoutingPolicy routing = RoutingPolicy.read(root);
        Optional<UpgradePolicy> upgrade = UpgradePolicy.read(root, routing);
        return new Policy(
                Engine.configured(root),
                upgrade.map(up -> routing.lookingAt(up.tiers(), up.last())).orElse(routing),
                PriceList.read(root),
                CacheRules.read(root),
                GuardRules.read(root),
                CompressionRules.read(root),
                OverflowPolicy.read(root),
                AlertPolicy.read(root),
                FeedbackRules.read(root),
                LivePolicy.read(evaluation),
                StartRules.read(evaluation),
                ReviewPolicy.read(evaluation),
                DriftPolicy.read(root),
                upgrade,
                Detours.read(root));
    }
}
