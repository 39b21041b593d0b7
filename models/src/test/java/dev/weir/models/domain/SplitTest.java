package dev.weir.models.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class SplitTest {
    private static final int CONVERSATIONS_PER_TYPE = 200;
    private static final int NAMES_PER_SPLIT = 3_000;

    @Test
    void noSentenceFormIsUsedInTwoSplits() {
        Map<Split, Set<String>> used = new EnumMap<>(Split.class);
        for (Split split : Split.values()) {
            ConversationGenerator generator = new ConversationGenerator(split, 11);
            Set<String> templates = new HashSet<>();
            for (TaskType type : TaskType.values()) {
                for (int i = 0; i < CONVERSATIONS_PER_TYPE; i++) {
                    String template = generator.single(type).turns().getFirst().template();
                    templates.addAll(List.of(template.split(" / ", -1)));
                }
            }
            used.put(split, templates);
        }
        assertDisjoint(used);
    }

    @Test
    void noNameIsUsedInTwoSplits() {
        assertDisjoint(names(Draw::port));
        assertDisjoint(names(Draw::ship));
        assertDisjoint(names(Draw::surname));
        assertDisjoint(names(draw -> draw.person().split(" ", -1)[0]));
        assertDisjoint(names(Draw::bookingCode));
    }

    @Test
    void everySplitHasManyForms() {
        for (CompanyFacts.Fact fact : CompanyFacts.FACTS) {
            for (Split split : Split.values()) {
                assertThat(fact.questions().forms(split)).as(fact.answer()).isNotEmpty();
            }
            assertThat(fact.questions().forms(Split.TRAIN)).as(fact.answer()).hasSizeGreaterThan(30);
        }
    }

    private static Map<Split, Set<String>> names(Function<Draw, String> source) {
        Map<Split, Set<String>> names = new EnumMap<>(Split.class);
        for (Split split : Split.values()) {
            Draw draw = new Draw(split, new SplittableRandom(5));
            Set<String> drawn = new HashSet<>();
            for (int i = 0; i < NAMES_PER_SPLIT; i++) {
                drawn.add(source.apply(draw));
            }
            names.put(split, drawn);
        }
        return names;
    }

    private static void assertDisjoint(Map<Split, Set<String>> used) {
        used.forEach((split, texts) -> {
            assertThat(texts).as("%s", split).isNotEmpty();
            used.forEach((other, otherTexts) -> {
                if (split != other) {
                    assertThat(texts).as("%s and %s", split, other).doesNotContainAnyElementsOf(otherTexts);
                }
            });
        });
    }
}
