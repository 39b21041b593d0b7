package dev.weir.control.evaluation.grading;

import dev.weir.control.evaluation.golden.Check;

/**
 * What one check says.
 *
 * @param score from 0 to 1; 0 where there is none
 * @param noisy whether grading the same answer again might say something else
 */
public record Grade(String metric, Status status, double score, double weight, boolean noisy, String reason) {
    public enum Status {
        PASSED,
        FAILED,
        /** The criterion does not apply to the case, whatever was answered, so nobody was asked. */
        NOT_APPLICABLE,
        /** There is no result: not the answer's fault. */
        UNSCORED
    }

    public Grade {
        if (!(score >= 0 && score <= 1)) {
            throw new IllegalArgumentException("a score is from 0 to 1: " + score);
        }
    }

    /** Whether it says anything of the answer. */
    public boolean hasResult() {
        return status == Status.PASSED || status == Status.FAILED;
    }

    static Grade of(Check check, double score, String reason) {
        boolean holds = score >= check.passMark();
        double told = check.negated() ? 1 - score : score;
        Status status = holds != check.negated() ? Status.PASSED : Status.FAILED;
        return new Grade(
                check.metric(), status, told, check.weight(), check.kind().isNoisy(), reason);
    }

    static Grade of(Check check, boolean holds, String reason) {
        boolean passed = holds != check.negated();
        Status status = passed ? Status.PASSED : Status.FAILED;
        return new Grade(
                check.metric(),
                status,
                passed ? 1 : 0,
                check.weight(),
                check.kind().isNoisy(),
                reason);
    }

    static Grade inapplicable(Check check, String reason) {
        return new Grade(
                check.metric(),
                Status.NOT_APPLICABLE,
                0,
                check.weight(),
                check.kind().isNoisy(),
                reason);
    }

    static Grade unscored(Check check, String reason) {
        return new Grade(
                check.metric(), Status.UNSCORED, 0, check.weight(), check.kind().isNoisy(), reason);
    }
}
