package dev.weir.engine.tokenization;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpecialSpellingsTest {

    private static final long SEED = 20_261_121;
    private static final String END = "<|end|>";

    private final SpecialSpellings specials =
            new SpecialSpellings(Set.of("<s>", "</s>", END, "<|end|>>", "[X]", "\u2581Y"));

    /** What a template spells stands between {@code callers}, with a special token of its own after each. */
    private String armed(String... callers) {
        return specials.armed(List.of(callers).stream()
                .map(text -> specials.disarmed(text) + END)
                .collect(Collectors.joining()));
    }

    private static String meant(String spelling) {
        return SpecialSpellings.MARK + spelling;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "hello", " a b\n", "1 < 2", "<", "a <", "> quoted", "<|en", "|>", "s> x", "[", "X]"})
    void textWithoutSpecialTokensIsAsItWas(String text) {
        assertThat(SpecialSpellings.withoutMarks(specials.disarmed(text))).isEqualTo(text);
        assertThat(armed(text)).isEqualTo(text + meant(END));
        assertThat(specials.armed(text + END)).isEqualTo(armed(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {END, "a</s>", "<s><s>", " <|end|>> ", "[X]\u2581Y", "<<s>", "<|en<|end|>d|>"})
    void whatACallerSpellsIsNotMeant(String text) {
        assertThat(armed(text)).isEqualTo(text + meant(END));
        assertThat(specials.armed(text)).contains(Character.toString(SpecialSpellings.MARK));
    }

    @Test
    void halvesOfSpellingsDoNotMakeOne() {
        String halves = specials.disarmed("a <|en") + specials.disarmed("d|> b");
        assertThat(specials.armed(halves)).isEqualTo("a <|end|> b");
        assertThat(specials.armed("<" + specials.disarmed("s> x"))).isEqualTo("<s> x");
        assertThat(specials.armed(specials.disarmed("x <") + "s>")).isEqualTo("x <s>");
    }

    @Test
    void halvesStayApartWhereATemplateTrims() {
        String halves = specials.disarmed(" <|en \n").strip()
                + specials.disarmed("\t d|>").strip();
        assertThat(specials.armed(halves)).isEqualTo("<|end|>");
    }

    @Test
    void templateMayBuildASpellingAroundAName() {
        assertThat(specials.armed("<|" + "end" + "|>")).isEqualTo(meant(END));
    }

    @Test
    void longestSpellingCounts() {
        assertThat(specials.armed("<|end|>>")).isEqualTo(meant("<|end|>>"));
    }

    @Test
    void callersMarksAreReplaced() {
        assertThat(armed("a\uFDD0<s>\uFDD1b")).isEqualTo("a\uFFFD<s>\uFFFDb" + meant(END));
    }

    @Test
    void noJunkEverBecomesASpecialToken() {
        SplittableRandom random = new SplittableRandom(SEED);
        List<String> pieces =
                List.of("<", "s", ">", "</", "|", "end", "|>", "<|", "[", "X", "]", "\u2581", "Y", " ", "\uFDD0");
        for (int i = 0; i < 20_000; i++) {
            String[] callers = IntStream.range(0, 3)
                    .mapToObj(_ -> IntStream.range(0, random.nextInt(8))
                            .mapToObj(_ -> pieces.get(random.nextInt(pieces.size())))
                            .collect(Collectors.joining()))
                    .toArray(String[]::new);
            assertThat(armed(callers).chars().filter(c -> c == SpecialSpellings.MARK))
                    .as(String.join("+", callers))
                    .hasSize(callers.length);
            String together = specials.disarmed(callers[0]) + specials.disarmed(callers[1]);
            assertThat(specials.armed(together)).doesNotContain(Character.toString(SpecialSpellings.MARK));
        }
    }
}
