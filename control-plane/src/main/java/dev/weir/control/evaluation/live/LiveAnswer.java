package dev.weir.control.evaluation.live;

import dev.weir.control.evaluation.QualityEvent.Subject;

/** A live answer that was sampled, with what was asked. Kept in memory only, until it is judged. */
public record LiveAnswer(Subject subject, String question, String text) {
    /** What was asked and answered is nobody's business but the judge's. */
    @Override
    public String toString() {
        return "LiveAnswer[" + subject.callId() + "]";
    }
}
