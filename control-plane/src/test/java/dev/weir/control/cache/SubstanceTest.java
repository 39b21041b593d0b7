package dev.weir.control.cache;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What no likeness makes good. */
class SubstanceTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "What do 2 adults pay? | What do 3 adults pay? | other numbers",
                "What do 2 adults pay? | What do 2 children pay? | other numbers",
                "Is 5.50 enough? | Is 55.0 enough? | other numbers",
                "Wake me at 8 am | Wake me at 8 pm | other numbers",
                "From gate 2 to gate 3 | From gate 3 to gate 2 | other numbers",
                "When does the ferry to Oslo leave? | When does the ferry to Kiel leave? | other names",
                "When does the ferry to Oslo leave? | when does the ferry to kiel leave? | other names",
                "How far is it from Oslo to Kiel? | How far is it from Kiel to Oslo? | other names",
                "Is seat 12A free? | Is seat 21A free? | other names",
                "May I smoke on board? | May I not smoke on board? | another negation",
                "Is it safe? | It isn't safe? | another negation",
                "Does it work with milk? | Does it work without milk? | another negation",
                "What is the highest fare there is? | What is the lowest fare there can be? | the opposite",
                "When do you open on weekdays? | At what hour do you close on weekdays? | the opposite",
                "how far is it from oslo to kiel? | how far is it from kiel to oslo? | another word in one place, or the same words in another order",
                "can i bring a dog? | can i bring a cat? | another word in one place, or the same words in another order",
            })
    void questionsThatLookAlikeAndAreNot(String one, String other, String conflict) {
        assertThat(Substance.of(one).conflict(Substance.of(other))).hasValue(conflict);
        assertThat(Substance.of(other).conflict(Substance.of(one))).hasValue(conflict);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "What do 2 adults pay? | What do two adults have to pay?",
                "When does the ferry to Oslo leave? | The ferry to Oslo, when does it leave?",
                "When does the ferry to Oslo leave? | at what time does the ferry to oslo leave",
                "Can I bring my bike? | May I bring my bike?",
                "Hello! Can I bring my bike? | I would like to know whether I can bring my bike.",
                "I don't want it | I do not want it",
            })
    void questionsThatMayMeanTheSame(String one, String other) {
        assertThat(Substance.of(one).conflict(Substance.of(other))).isEmpty();
        assertThat(Substance.of(other).conflict(Substance.of(one))).isEmpty();
    }
}
