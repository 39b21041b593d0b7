package dev.weir.control.classification;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AnswerSignsTest {
    private static final String QUESTION = """
            fares from zanalhaven:
            - zanenlund 22 euros
            - duninvik 24 euros

            how much dearer is duninvik than zanenlund?""";

    @Test
    void anAnswerThatAgreesHasNoSigns() {
        assertThat(AnswerSigns.of(QUESTION, "To Duninvik 24 euros; Zanenlund 22 euros; 24 - 22 = 2. Answer: 2 euros."))
                .isEqualTo(new AnswerSigns(1, 0, 0, 0, 2, 0, 0, 0));
        assertThat(AnswerSigns.of("hello", "Good morning.")).isEqualTo(new AnswerSigns(0, 0, 0, 0, 0, 0, 0, 0));
    }

    @Test
    void sumsThatDoNotAddUpAreSeen() {
        assertThat(AnswerSigns.of("3 x 40 and 2 x 8", "3 x 40 = 120; 2 x 8 = 18; 120 + 18 = 138. 9/3=3, 9 - 3 = 5")
                        .wrongEquations())
                .isEqualTo(2);
    }

    @Test
    void numbersAndNamesThatComeFromNowhereAreSeen() {
        AnswerSigns signs = AnswerSigns.of(QUESTION, "To Duninvig 24 euros; Zanenlund 23 euros. Then 10:45.");
        assertThat(signs.strayNames()).isEqualTo(1);
        assertThat(signs.strayNumbers()).isEqualTo(2);
    }

    @Test
    void whatStandsTogetherInNoLineIsSeen() {
        assertThat(AnswerSigns.of(QUESTION, "To Duninvik 22 euros; Zanenlund: 24 euros")
                        .mismatches())
                .isEqualTo(2);
    }

    @Test
    void aConclusionThatSaysOneThingTwiceIsSeen() {
        assertThat(AnswerSigns.of(QUESTION, "Zanenlund 22; Zanenlund 22. Answer: 22 Zanenlund, 24 Duninvik.")
                        .repeats())
                .isZero();
        assertThat(AnswerSigns.of(QUESTION, "Zanenlund 22; Duninvik 24. Answer: 22 Zanenlund, 22 Zanenlund.")
                        .repeats())
                .isEqualTo(2);
        assertThat(AnswerSigns.of(QUESTION, "Zanenlund and zanenlund, Duninvik or Duninvik")
                        .repeats())
                .isEqualTo(1);
    }

    @Test
    void endlessAnswersAndQuestionsAreReadToALimit() {
        AnswerSigns signs = AnswerSigns.of("seven 7;".repeat(1000), "Then Seven 7 = ".repeat(100_000));
        assertThat(signs.strayNames()).isLessThan(1000);
        assertThat(signs.matches()).isLessThan(1000);
    }
}
