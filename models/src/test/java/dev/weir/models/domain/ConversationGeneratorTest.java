package dev.weir.models.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConversationGeneratorTest {
    private static final Mixture EVERYTHING = Mixture.byDifficulty(
            Map.of(Difficulty.SIMPLE, 1, Difficulty.MODERATE, 1, Difficulty.COMPLEX, 1, Difficulty.JUDGE, 1));

    @Test
    void sameSeedGivesTheSameConversations() {
        assertThat(conversations(3)).isEqualTo(conversations(3)).isNotEqualTo(conversations(4));
    }

    @ParameterizedTest
    @EnumSource(TaskType.class)
    void acceptsItsOwnAnswersAndRefusesOthers(TaskType type) {
        ConversationGenerator generator = new ConversationGenerator(Split.TEST, 17);
        String previous = "something else";
        int refused = 0;
        for (int i = 0; i < 200; i++) {
            Turn turn = generator.single(type).turns().getFirst();
            assertThat(turn.type()).isEqualTo(type);
            assertThat(type.rule().accepts(turn.answer(), turn.answer())).isTrue();
            assertThat(type.rule().accepts(turn.answer(), ""))
                    .as("empty answer")
                    .isFalse();
            assertThat(type.rule().accepts(turn.answer(), "something else")).isFalse();
            refused += type.rule().accepts(turn.answer(), previous) ? 0 : 1;
            previous = turn.answer();
        }
        // Types with one constant answer always repeat it; verdicts and yes or no repeat by chance.
        boolean constant = type == TaskType.OFF_TOPIC || type == TaskType.NO_RECORD || type == TaskType.ABSENT_LOOKUP;
        assertThat(refused).isGreaterThan(constant ? 0 : 60);
    }

    @Test
    void everyPromptIsShort() {
        ConversationGenerator generator = new ConversationGenerator(Split.TEST, 23);
        for (TaskType type : TaskType.values()) {
            for (int i = 0; i < 100; i++) {
                int characters = generator.single(type).messages().stream()
                        .mapToInt(message -> message.content().length())
                        .sum();
                assertThat(characters).as("%s", type).isLessThan(640);
            }
        }
    }

    private static List<Conversation> conversations(long seed) {
        ConversationGenerator generator = new ConversationGenerator(Split.TRAIN, seed);
        List<Conversation> conversations = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            conversations.add(generator.mixed(EVERYTHING));
        }
        return conversations;
    }
}
