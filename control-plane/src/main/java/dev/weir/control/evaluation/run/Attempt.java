package dev.weir.control.evaluation.run;

import dev.weir.control.evaluation.grading.Answer;
import dev.weir.control.evaluation.grading.Grade;
import dev.weir.control.evaluation.grading.Preference;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One time that a case was asked.
 *
 * @param repeat 0, 1, 2, ...
 * @param error why there is no answer, where there is none
 * @param preference what the judge says of it beside another run's answer, where it was asked
 */
public record Attempt(
        String caseId,
        int repeat,
        @Nullable Answer answer,
        @Nullable String error,
        List<Grade> grades,
        @Nullable Preference preference) {
    /** Which attempt it is. */
    public record Key(String caseId, int repeat) {}

    public Attempt {
        grades = List.copyOf(grades);
    }

    /** One that nobody compared. */
    public Attempt(String caseId, int repeat, @Nullable Answer answer, @Nullable String error, List<Grade> grades) {
        this(caseId, repeat, answer, error, grades, null);
    }

    public Key key() {
        return new Key(caseId, repeat);
    }

    /**
     * Whether it was answered and every check with a weight passed; a check that failed counts more than one without a result. Checks
     * without a weight are reported and decide nothing about the case; only these can be not applicable.
     */
    public Grade.Status status() {
        if (answer == null || isAny(Grade.Status.FAILED)) {
            return Grade.Status.FAILED;
        }
        return isAny(Grade.Status.UNSCORED) ? Grade.Status.UNSCORED : Grade.Status.PASSED;
    }

    private boolean isAny(Grade.Status status) {
        return grades.stream().anyMatch(grade -> grade.weight() > 0 && grade.status() == status);
    }
}
