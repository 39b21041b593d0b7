package dev.weir.models.evaluation;

import dev.weir.models.domain.LabelledCase;

/** A case, what a model answered, and whether that was right. */
public record Outcome(LabelledCase labelled, String answer, boolean right) {
    static Outcome of(LabelledCase labelled, String answer) {
        return new Outcome(labelled, answer, labelled.accepts(answer));
    }
}
