package dev.weir.control.classification;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.completion.JsonBody;
import dev.weir.control.completion.ScoredAnswer;
import dev.weir.control.completion.ScoredAnswer.Token;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerVectorTest {
    private static final JsonBody QUESTION =
            new JsonBody("{\"messages\":[{\"role\":\"user\",\"content\":\"Which gate?\"}]}".getBytes(UTF_8));
    private static final List<String> TOKENS = List.of("Row", " seven", ".", " The", " gate", " is", " near", ".");
    private static final double SURE = -0.0001;

    @Test
    void aSlipInTheConclusionIsToldFromOneBefore() {
        double[] before = vector(1);
        double[] last = vector(6);
        assertThat(last).hasSameSizeAs(before).isNotEqualTo(before);
        assertThat(vector(6)).isEqualTo(last);
    }

    @Test
    void oneSlipIsToldFromTwo() {
        assertThat(vector(5, 6)).isNotEqualTo(vector(6));
    }

    @Test
    void anAnswerWithoutTokensOrTextIsStillOne() {
        double[] none = AnswerVector.of(
                QUESTION, new double[] {1}, new double[] {0.5, 0.5}, 0, new ScoredAnswer("", List.of()));
        assertThat(none).hasSameSizeAs(vector(1));
        for (double number : none) {
            assertThat(number).isFinite();
        }
    }

    /** Of an answer whose tokens at these places were unsure alike. */
    private static double[] vector(Integer... unsure) {
        List<Token> tokens = new ArrayList<>();
        for (int i = 0; i < TOKENS.size(); i++) {
            tokens.add(new Token(TOKENS.get(i), List.of(unsure).contains(i) ? -0.7 : SURE));
        }
        return AnswerVector.of(
                QUESTION,
                new double[] {1},
                new double[] {0.5, 0.5},
                0,
                new ScoredAnswer(String.join("", TOKENS), tokens));
    }
}
