package dev.weir.control.rollout.postmortem;

import dev.weir.control.statistics.ArmCounts;
import dev.weir.control.statistics.LabelEvidence;
import dev.weir.control.statistics.Multiplicity;
import dev.weir.control.statistics.Proportion;
import dev.weir.control.statistics.ProportionDifference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Looks for the slices in which a candidate was worse. Slices overlap (a German request is also a long one), which e-values do not mind:
 * their false discoveries are bounded whatever they have to do with each other.
 *
 * <p>Thread-safety: none; one thread tells it what happened and then asks.
 */
public final class PostMortem {
    private static final int SLICES_MAX = 10_000;
    /** Whoever is behind a smaller slice might be recognised, and nothing can be said of it anyway. */
    private static final long CANDIDATE_MIN = 30;

    private static final double FALSE_DISCOVERY_SHARE = 0.05;
    private static final double Z95 = 1.959963984540054;

    private final Map<Slice, Evidence> slices = new LinkedHashMap<>();

    /** Evidence begins once: which slice it was is asked of all of the rollout. */
    private record Evidence(LabelEvidence evidence, ArmCounts counts) {
        static final Evidence NONE = new Evidence(LabelEvidence.none(1), ArmCounts.NONE);

        Evidence after(ArmCounts tick) {
            return new Evidence(evidence.after(tick), counts.plus(tick));
        }
    }

    /** What happened in a tick in one slice, on one metric. */
    public void add(Slice slice, ArmCounts tick) {
        if (slices.size() == SLICES_MAX && !slices.containsKey(slice)) {
            throw new IllegalStateException(
                    "a post-mortem has at most " + SLICES_MAX + " slices: leave out a dimension with so many values");
        }
        slices.merge(slice, Evidence.NONE.after(tick), (before, _) -> before.after(tick));
    }

    /** The slices in which the candidate was worse, those with most evidence first. */
    public List<Finding> findings() {
        List<Map.Entry<Slice, Evidence>> asked = slices.entrySet().stream()
                .filter(entry -> entry.getValue().counts().candidateCount() >= CANDIDATE_MIN
                        && entry.getValue().counts().baselineCount() > 0)
                .toList();
        List<Finding> findings = new ArrayList<>();
        for (int index : Multiplicity.discoveries(
                asked.stream().map(entry -> entry.getValue().evidence().logE()).toList(), FALSE_DISCOVERY_SHARE)) {
            ArmCounts counts = asked.get(index).getValue().counts();
            findings.add(new Finding(
                    asked.get(index).getKey(),
                    counts,
                    new Proportion(counts.candidateBadCount(), counts.candidateCount()).wilson(Z95),
                    ProportionDifference.of(counts).newcombe(Z95),
                    asked.get(index).getValue().evidence().logE() / Math.log(10)));
        }
        return List.copyOf(findings);
    }
}
