package dev.weir.control.rollout;

import java.util.Comparator;
import java.util.Optional;

/** A reason why a stage's clock stands still. Nothing is promoted while there is one. */
public record Hold(Reason reason, Optional<Metric> metric) implements Comparable<Hold> {

    /** Why. */
    public enum Reason {
        DATA_MISSING("no numbers have arrived"),
        METRIC_MISSING("could not be read"),
        NO_TRAFFIC("an arm has no traffic"),
        JUDGE_UNAVAILABLE("the judge is not available"),
        JUDGE_COVERAGE("the judge did not score enough of what it was asked, or more of one arm than of the other"),
        ASSIGNMENT("conversations do not fall on the arms as they should"),
        CANDIDATE_NOT_HEALTHY("the candidate is not proven healthy"),
        BASELINE_NOT_HEALTHY("the version to roll back to is not proven healthy"),
        EVIDENCE("the candidate has more, though not by too much yet"),
        EFFECT("the candidate seems to have too many, though it may be chance");

        private final String words;

        Reason(String words) {
            this.words = words;
        }
    }

    static Hold of(Reason reason) {
        return new Hold(reason, Optional.empty());
    }

    static Hold of(Reason reason, Metric metric) {
        return new Hold(reason, Optional.of(metric));
    }

    public String say() {
        return metric.map(of -> of.plural() + ": ").orElse("") + reason.words;
    }

    @Override
    public int compareTo(Hold other) {
        return Comparator.comparing(Hold::reason)
                .thenComparing(hold -> hold.metric().map(Metric::ordinal).orElse(-1))
                .compare(this, other);
    }
}
