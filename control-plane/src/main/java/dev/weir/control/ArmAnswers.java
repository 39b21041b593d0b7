package dev.weir.control;

import dev.weir.control.accounting.Call;
import dev.weir.control.accounting.LedgerEntry;
import dev.weir.control.completion.Endpoint;
import dev.weir.control.completion.Outside;
import dev.weir.control.ingress.AsideCalls;
import dev.weir.control.ingress.Shadows;
import dev.weir.control.rollout.Metric;
import dev.weir.control.rollout.journal.AliasWeight;
import dev.weir.control.rollout.live.Answered;
import dev.weir.control.rollout.live.Answered.Fault;
import dev.weir.control.rollout.live.Arm;
import dev.weir.control.rollout.live.ArmWeights;
import dev.weir.control.rollout.live.LiveCounts;
import dev.weir.control.rollout.live.RecentRequests;
import dev.weir.control.rollout.live.ShadowEvidence.Side;
import dev.weir.control.rollout.live.ShadowPairs;
import dev.weir.control.rollout.live.SliceCounts;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * What the ledger says of rollouts: each call on an arm, and each copy of one, is told to whoever counts them.
 *
 * @param pairs of calls and their copies
 */
record ArmAnswers(
        ArmWeights weights,
        LiveCounts counts,
        ShadowPairs<Side<Answered>> pairs,
        RecentRequests requests,
        SliceCounts slices)
        implements Consumer<LedgerEntry>, Shadows {
    @Override
    public Optional<Shadow> of(String arm) {
        return Arm.of(arm)
                .flatMap(baseline -> weights.all().stream()
                        .filter(weight -> weight.watched()
                                && weight.candidateShare() == 0
                                && weight.rolloutId().equals(baseline.rolloutId()))
                        .findFirst()
                        .map(AliasWeight::candidate)
                        .map(candidate -> new Shadow(candidate, Arm.ofShadow(baseline.rolloutId()))));
    }

    @Override
    public void begun(String callId) {
        pairs.begun(callId);
    }

    @Override
    public void accept(LedgerEntry entry) {
        String arm = entry.arm();
        // An answer that would not do is booked by itself; its request counts once, with the answer that was sent.
        if (arm == null || Call.UPGRADE_REJECTED.equals(entry.feature())) {
            return;
        }
        Answered answered = answeredByAnother(entry) ? Answered.failed(Fault.OURS) : answered(entry);
        Side<Answered> side = new Side<>(entry.requestId(), entry.id(), answered);
        Arm.shadowOf(arm)
                .ifPresent(rolloutId ->
                        pairs.candidate(rolloutId, entry.requestId().substring(AsideCalls.COPY_OF.length()), side));
        Arm.of(arm).ifPresent(of -> {
            Map<Metric, Boolean> bad = counts.answered(of, answered);
            requests.of(entry.requestId())
                    .ifPresent(seen ->
                            slices.add(of, seen.weightRevision(), seen.traits(), bad, entry.requestId(), entry.id()));
            pairs.baseline(of.rolloutId(), entry.id(), side);
        });
    }

    /** A provider outside, for want of an engine's answer, or a better model, as the arm's own answer would not do: the arm has failed. */
    private boolean answeredByAnother(LedgerEntry entry) {
        if (Outside.is(entry.engine())) {
            return true;
        }
        return Optional.ofNullable(entry.arm())
                .flatMap(Arm::of)
                .flatMap(arm -> weights.all().stream()
                        .filter(weight -> weight.rolloutId().equals(arm.rolloutId()))
                        .findFirst()
                        .map(weight -> arm.candidate() ? weight.candidate() : weight.baseline()))
                .filter(version -> !version.equals(entry.model()))
                .isPresent();
    }

    static Answered answered(LedgerEntry entry) {
        Fault fault = fault(entry);
        if (fault != Fault.NOBODYS) {
            return Answered.failed(fault);
        }
        Long firstByte = entry.firstByteMicros();
        long tokens = entry.usage().outputTokens();
        OptionalLong total = OptionalLong.of(entry.totalMicros());
        if (!entry.stream() || firstByte == null) {
            return new Answered(fault, OptionalLong.empty(), OptionalLong.empty(), total);
        }
        OptionalLong perToken =
                tokens > 1 ? OptionalLong.of((entry.totalMicros() - firstByte) / (tokens - 1)) : OptionalLong.empty();
        return new Answered(fault, OptionalLong.of(firstByte), perToken, total);
    }

    /** A refusal that an engine gave for want of room is its own fault; any other is the caller's. */
    private static Fault fault(LedgerEntry entry) {
        return switch (entry.status()) {
            case "cancelled" -> Fault.THE_CALLERS;
            case "broken" -> Fault.OURS;
            case "200" -> isEmpty(entry) ? Fault.OURS : Fault.NOBODYS;
            case "429" -> entry.engine() == null ? Fault.THE_CALLERS : Fault.OURS;
            default -> entry.status().startsWith("5") ? Fault.OURS : Fault.THE_CALLERS;
        };
    }

    private static boolean isEmpty(LedgerEntry entry) {
        boolean generated =
                Endpoint.at(entry.endpoint()).filter(Endpoint::isGeneration).isPresent();
        return generated && entry.usageTold() && entry.usage().outputTokens() == 0;
    }
}
