package dev.weir.control.evaluation.judge;

import dev.weir.control.evaluation.golden.GoldenCase;
import dev.weir.control.evaluation.grading.PairwiseJudge;
import dev.weir.control.evaluation.grading.Preference;
import dev.weir.control.evaluation.grading.Preference.Winner;
import dev.weir.control.evaluation.judge.PairForm.Better;
import dev.weir.control.evaluation.judge.PairForm.Choice;
import java.util.Optional;

/**
 * Which of two answers is better, asked in both orders: who wins only from one side has not won. A judge that can only look at one answer is
 * asked of each whether it meets the criterion; there is no order in that.
 */
public final class PairJudge implements PairwiseJudge {
    private final Judge judge;

    public PairJudge(Judge judge) {
        this.judge = judge;
    }

    @Override
    public Preference compare(GoldenCase golden, String candidate, String baseline) throws InterruptedException {
        Exhibit exhibit = Exhibit.of(golden, candidate);
        Optional<String> inapplicable = judge.inapplicableTo(exhibit);
        if (inapplicable.isPresent()) {
            return new Preference(Winner.NOT_APPLICABLE, inapplicable.get());
        }
        if (candidate.equals(baseline)) {
            return new Preference(Winner.SAME, "the answers are equal");
        }
        return judge.comparesAnswers()
                ? inBothOrders(exhibit, baseline)
                : oneByOne(exhibit, exhibit.withAnswer(baseline));
    }

    private Preference inBothOrders(Exhibit candidate, String baseline) throws InterruptedException {
        Optional<Choice> forward = judge.choose(candidate, baseline, Judge.HELPFUL);
        Optional<Choice> backward = judge.choose(candidate.withAnswer(baseline), candidate.answer(), Judge.HELPFUL);
        if (forward.isEmpty() || backward.isEmpty()) {
            return new Preference(Winner.UNSCORED, "the judge did not choose in both orders");
        }
        Better one = forward.get().better();
        Better other = backward.get().better();
        Winner winner = one == Better.TIE && other == Better.TIE
                ? Winner.TIE
                : one == Better.FIRST && other == Better.SECOND
                        ? Winner.CANDIDATE
                        : one == Better.SECOND && other == Better.FIRST ? Winner.BASELINE : Winner.INCONSISTENT;
        return new Preference(winner, forward.get().reasoning());
    }

    private Preference oneByOne(Exhibit candidate, Exhibit baseline) throws InterruptedException {
        Verdict ours = judge.judge(candidate, Judge.HELPFUL);
        Verdict theirs = judge.judge(baseline, Judge.HELPFUL);
        if (!(ours instanceof Verdict.Ruled one) || !(theirs instanceof Verdict.Ruled other)) {
            return new Preference(Winner.UNSCORED, "the judge did not rule on both answers");
        }
        Winner winner = one.passed() == other.passed() ? Winner.TIE : one.passed() ? Winner.CANDIDATE : Winner.BASELINE;
        return new Preference(winner, one.reasoning() + "\n(the baseline's) " + other.reasoning());
    }
}
