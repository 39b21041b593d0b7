package dev.weir.control.classification;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weir.control.completion.JsonBody;
import dev.weir.control.completion.ScoredAnswer;
import dev.weir.control.completion.ScoredAnswer.Token;
import dev.weir.control.embedding.HashedEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecondLookTest {
    private static final Path DEMO = Path.of("../models/demo");
    private static final List<String> ABOVE = List.of("weir-demo-mid", "weir-demo-power");
    private static final JsonBody QUESTION = new JsonBody(
            "{\"messages\":[{\"role\":\"user\",\"content\":\"Seat: 12A; Gate: 3\\n\\nWhich gate is it?\"}]}"
                    .getBytes(UTF_8));

    @Test
    void itIsReadAsItWasWrittenAndNothingElseIs(@TempDir Path directory) throws IOException {
        LearnedCheck check = new LearnedCheck(
                List.of("a", "b"),
                List.of(List.of(1.5, -2.0), List.of(0.25)),
                List.of(List.of(0.5, -1.0), List.of(0.25, 0.0)),
                List.of(List.of(1.0, -0.5), List.of()),
                0.9);
        assertThat(LearnedCheck.isIn(directory)).isFalse();
        check.write(directory);
        assertThat(LearnedCheck.isIn(directory)).isTrue();
        assertThat(LearnedCheck.read(directory)).isEqualTo(check);
        assertThat(check.right(0, new double[] {2, 1})).isEqualTo(1 / (1 + Math.exp(-1)), within(1e-9));
        assertThatThrownBy(() -> check.right(0, new double[] {1}))
                .hasMessage("the check was trained on 2 numbers and is given 1");
        assertThat(check.first(new double[] {1, 0})).isZero();
        assertThat(check.first(new double[] {1, 0.5})).isEqualTo(1);
        assertThat(check.first(new double[] {-1, 0}))
                .as("the dearest, where none gains")
                .isEqualTo(2);
        assertThat(check.next(0, new double[] {1, 1})).isEqualTo(1);
        assertThat(check.next(0, new double[] {1, 3}))
                .as("the dearest at once, where the next gains nothing")
                .isEqualTo(2);
        assertThat(check.next(1, new double[] {1, 1})).isEqualTo(2);
        Files.writeString(directory.resolve(LearnedCheck.FILE), "{\"models\":[]}");
        assertThatThrownBy(() -> LearnedCheck.read(directory)).hasMessageContaining("is no check");
    }

    @Test
    void theShippedCheckTellsAnAnswerThatIsSureFromOneThatIsNot() throws IOException {
        SecondLook look = shipped();
        double sure = right(look, answer("The gate is 3.", -0.0001));
        double unsure = right(look, answer("The gate is 3.", -0.7));
        assertThat(sure).isGreaterThan(0.9);
        assertThat(unsure).isLessThan(sure - 0.2);
        assertThat(right(look, answer("The gate is 3.", -0.0001))).isEqualTo(sure);
    }

    @Test
    void ofOthersAndOfAnswersWithoutLogprobsItSaysNothing() throws IOException {
        SecondLook look = shipped();
        ScoredAnswer answer = answer("The gate is 3.", -0.01);
        assertThat(look.at(QUESTION, "somebody", ABOVE, answer)).isEmpty();
        assertThat(look.at(QUESTION, "weir-demo-power", ABOVE, answer)).isEmpty();
        assertThat(look.at(QUESTION, "weir-demo-fast", List.of("weir-demo-mid", "somebody"), answer))
                .isEmpty();
        assertThat(look.at(QUESTION, "weir-demo-fast", ABOVE, new ScoredAnswer("It is 3.", List.of())))
                .isEmpty();
    }

    @Test
    void whereTheNextModelCannotBeAskedTheLastIs() throws IOException {
        SecondLook look = shipped();
        for (ScoredAnswer answer : List.of(answer("The gate is 3.", -0.0001), answer("The gate is 8.", -2))) {
            assertThat(look.at(QUESTION, "weir-demo-fast", List.of("weir-demo-power"), answer)
                            .orElseThrow()
                            .next())
                    .isEqualTo("weir-demo-power");
            assertThat(ABOVE)
                    .contains(look.at(QUESTION, "weir-demo-fast", ABOVE, answer)
                            .orElseThrow()
                            .next());
        }
    }

    private static double right(SecondLook look, ScoredAnswer answer) {
        return look.at(QUESTION, "weir-demo-fast", ABOVE, answer).orElseThrow().right();
    }

    /** An answer of which one token, the number, has this log-probability, and all others are nearly certain. */
    private static ScoredAnswer answer(String text, double logprob) {
        return new ScoredAnswer(
                text,
                List.of(
                        new Token("The", -0.0001),
                        new Token(" gate", -0.0001),
                        new Token(" is", -0.0001),
                        new Token(text.substring(12, 13), logprob),
                        new Token(".", -0.0001)));
    }

    private static SecondLook shipped() throws IOException {
        return new SecondLook(
                LearnedHead.read(DEMO.resolve("weir-demo-router")),
                LearnedCheck.read(DEMO.resolve("weir-demo-router")),
                HashedEncoder.read(DEMO.resolve("weir-demo-encoder")));
    }
}
