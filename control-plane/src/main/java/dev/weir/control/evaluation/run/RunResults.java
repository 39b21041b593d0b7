package dev.weir.control.evaluation.run;

import java.util.List;
import java.util.Map;

/** A run and what came of it so far. */
public record RunResults(RunSettings settings, List<Attempt> attempts) {
    public RunResults {
        attempts = List.copyOf(attempts);
    }

    public Map<String, CaseOutcome> outcomes() {
        return CaseOutcome.of(attempts);
    }
}
