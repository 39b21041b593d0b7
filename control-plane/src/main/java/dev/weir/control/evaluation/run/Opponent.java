package dev.weir.control.evaluation.run;

import dev.weir.control.evaluation.golden.GoldenCase;
import dev.weir.control.evaluation.grading.Answer;
import dev.weir.control.evaluation.grading.PairwiseJudge;
import dev.weir.control.evaluation.grading.Preference;
import dev.weir.control.evaluation.grading.Preference.Winner;
import java.util.HashMap;
import java.util.Map;

/**
 * A run over the same version of a set whose answers another run's are compared with: of each case the first, since repeats of one case are no
 * further evidence.
 *
 * @param answers by cases
 */
public record Opponent(String runId, Map<String, String> answers, PairwiseJudge judge) {
    public Opponent {
        answers = Map.copyOf(answers);
    }

    public static Opponent of(RunResults run, PairwiseJudge judge) {
        Map<String, String> answers = new HashMap<>();
        for (Attempt attempt : run.attempts()) {
            Answer answer = attempt.answer();
            if (attempt.repeat() == 0 && answer != null) {
                answers.put(attempt.caseId(), answer.text());
            }
        }
        return new Opponent(run.settings().id(), answers, judge);
    }

    /** What the judge says of an answer beside this run's. */
    public Preference against(GoldenCase golden, String answer) throws InterruptedException {
        String other = answers.get(golden.id());
        return other == null
                ? new Preference(Winner.UNSCORED, "the other run has no answer")
                : judge.compare(golden, answer, other);
    }
}
