package dev.weir.models.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.models.domain.AnswerRule;
import dev.weir.models.domain.EvaluationSet;
import dev.weir.models.domain.LabelledCase;
import dev.weir.models.domain.Message;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AccuracyTest {
    @Test
    void aJudgeThatAlwaysSaysTheSameEarnsOneHalf() throws Exception {
        List<LabelledCase> cases = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            cases.add(labelled(
                    "judge-" + i, "judge", AnswerRule.FINAL, i < 8 ? "Answer: supported." : "Answer: unsupported."));
        }
        Accuracy accuracy = measured(cases, "Answer: supported.");
        assertThat(accuracy.difficulties().get("judge")).isEqualTo(new Accuracy.Share(10, 8, 0.5));
    }

    @Test
    void tableHasARowPerModelAndSaysWhatWasNotAsked() throws Exception {
        Accuracy accuracy = measured(
                List.of(
                        labelled("simple-1", "simple", AnswerRule.EXACT, "The gate is 4."),
                        labelled("simple-2", "simple", AnswerRule.EXACT, "The gate is 5.")),
                "The gate is 4.");
        assertThat(Accuracy.table(List.of(accuracy))).contains("| scripted | 50.0 % (1 of 2) | - | - | - |");
    }

    @Test
    void oneFailedRequestEndsTheEvaluationAndNamesTheCase() {
        EvaluationSet set = new EvaluationSet(List.of(labelled("simple-1", "simple", AnswerRule.EXACT, "Yes.")));
        assertThatThrownBy(() -> new Evaluation(set, 2).run("scripted", (_, _) -> {
                    throw new IOException("no route");
                }))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("simple-1")
                .hasMessageContaining("no route");
    }

    private static Accuracy measured(List<LabelledCase> cases, String answer) throws Exception {
        return Accuracy.of("scripted", new Evaluation(new EvaluationSet(cases), 2).run("scripted", (_, _) -> answer));
    }

    private static LabelledCase labelled(String id, String difficulty, AnswerRule rule, String expected) {
        return new LabelledCase(id, "type", difficulty, rule, "form", List.of(new Message(Message.USER, id)), expected);
    }
}
