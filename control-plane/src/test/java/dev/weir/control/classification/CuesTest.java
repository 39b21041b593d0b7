package dev.weir.control.classification;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CuesTest {
    private static final long SEED = 7;

    /** Whole words, their beginnings and ends, and what joins them. */
    private static final List<String> PIECES = List.of(
            "calculat",
            "e",
            "sum",
            "s",
            "in all",
            "add up",
            "add",
            "how much ",
            "can",
            "trade-off",
            "tradeoff",
            "trade",
            "in ",
            "what ",
            "order",
            "order by",
            "earliest",
            " first",
            "analyse",
            "analyze",
            "analy",
            "may ",
            "the",
            "this",
            "she",
            "he may",
            " ",
            " ",
            " ",
            ".",
            "-",
            "_",
            "7",
            "é",
            "e\u0301",
            "if",
            "iff",
            "late",
            "later",
            "and the ",
            "both",
            "sql",
            "xml");

    @Test
    void theyAreFoundWhereAnExpressionOfAllTheirWordsWouldFindThem() {
        Random random = new Random(SEED);
        List<Pattern> expressions = Cues.ALL.stream()
                .map(cue -> Pattern.compile(cue.words().stream()
                        .map(words -> words.form().pattern())
                        .collect(Collectors.joining("|"))))
                .toList();
        for (int text = 0; text < 5_000; text++) {
            String words = Stream.generate(() -> PIECES.get(random.nextInt(PIECES.size())))
                    .limit(random.nextInt(1, 12))
                    .collect(Collectors.joining());
            boolean[] found = Cues.found(words);
            for (int cue = 0; cue < found.length; cue++) {
                assertThat(found[cue])
                        .as("%s in '%s'", Cues.ALL.get(cue).name(), words)
                        .isEqualTo(expressions.get(cue).matcher(words).find());
            }
        }
    }

    @Test
    void ofALetterThatMayBeMissingOnlyWhatIsBeforeItHasToBeThere() {
        assertThat(found("compare")).isEqualTo(found("a tradeoff")).isEqualTo(found("a trade-off"));
        assertThat(found("she may go")).contains("asks to apply a rule");
        assertThat(found("sums")).doesNotContain("asks to calculate");
        assertThat(found("a sum.")).contains("asks to calculate");
    }

    private static List<String> found(String text) {
        return Cues.ALL.stream()
                .filter(cue -> cue.isIn(text))
                .map(Cues.Cue::name)
                .toList();
    }
}
