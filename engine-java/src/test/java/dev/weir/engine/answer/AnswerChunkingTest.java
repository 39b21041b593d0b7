package dev.weir.engine.answer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * However an answer is cut, the same is told. The answers are put together by chance from what models write and what they get wrong. More of
 * them: {@code -Dweir.answers=1000000 -Dweir.seed=7}.
 */
class AnswerChunkingTest {

    private static final int ANSWERS = Integer.getInteger("weir.answers", 3_000);
    private static final long SEED = Long.getLong("weir.seed", 4);
    private static final List<OfferedTool> TOOLS =
            List.of(new OfferedTool("weather", Set.of("city")), new OfferedTool("now", Set.of()));

    /** Pieces of all formats, whole, broken and out of place. */
    private static final List<String> PIECES = List.of(
            "<think>",
            "</think>",
            "\n",
            "  ",
            "Hello",
            " wörld \uD83D\uDE00",
            "<",
            "{",
            "}",
            "[",
            "]",
            "\"",
            "\\",
            ";",
            ",",
            "<tool_call>",
            "</tool_call>",
            "<function=now>",
            "<function=weather>\n",
            "</function>",
            "<parameter=city>\n",
            "<parameter=days>",
            "\n</parameter>",
            "Oslo \"1\"",
            "12",
            "True",
            "{\"a\": [1, \"}\"]}",
            "<|python_tag|>",
            "[TOOL_CALLS]",
            "now",
            "weather",
            "[ARGS]",
            "[CALL_ID]abc123xyz",
            "<|tool_call|>",
            "<|/tool_call|>",
            "functools",
            "{\"name\": \"now\"}",
            "{\"name\": \"now\", \"arguments\": {}}",
            "{\"name\": \"weather\", \"parameters\": {\"city\": \"\\u00c5s }\"}}",
            "{\"arguments\": {\"city\": 1}, \"name\": \"weather\"}",
            "{\"name\": \"weather\", \"arguments\": \"{\\\"a\\\":1}\"}",
            "{\"name\": \"weather\", \"arguments\": {\"city\"",
            ": \"x\"}, \"id\": null}",
            "{\"name\": \"Bob\"}");

    @ParameterizedTest
    @EnumSource(ToolFormat.class)
    void theCutsMakeNoDifference(ToolFormat format) {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int run = 0; run < ANSWERS; run++) {
            String answer = answer(random);
            AnswerRules rules = rules(random, format);
            Told whole = Told.of(rules, List.of(answer));
            assertThat(Told.of(rules, characters(answer)))
                    .as("%s: %s", rules, answer)
                    .isEqualTo(whole);
            assertThat(Told.of(rules, cut(random, answer)))
                    .as("%s: %s", rules, answer)
                    .isEqualTo(whole);
        }
    }

    @ParameterizedTest
    @EnumSource(ToolFormat.class)
    void nothingOfAnAnswerWithoutCallsIsLost(ToolFormat format) {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int run = 0; run < ANSWERS; run++) {
            String answer = answer(random);
            AnswerRules rules =
                    new AnswerRules(ReasoningFormat.NONE, false, format, TOOLS, AnswerRules.CALLS_MAX, false);
            Told told = Told.of(rules, List.of(answer));
            if (told.calls().isEmpty()) {
                assertThat(told.content()).as("%s", format).isEqualTo(answer);
            }
        }
    }

    private static AnswerRules rules(SplittableRandom random, ToolFormat format) {
        ReasoningFormat reasoning = random.nextBoolean() ? ReasoningFormat.THINK : ReasoningFormat.NONE;
        boolean open = reasoning == ReasoningFormat.THINK && random.nextInt(4) == 0;
        int callsMax = random.nextInt(4) == 0 ? 1 : AnswerRules.CALLS_MAX;
        return new AnswerRules(reasoning, open, format, TOOLS, callsMax, false);
    }

    private static String answer(SplittableRandom random) {
        StringBuilder answer = new StringBuilder();
        int count = 1 + random.nextInt(10);
        for (int i = 0; i < count; i++) {
            answer.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        return random.nextInt(4) == 0 ? answer.substring(0, random.nextInt(answer.length() + 1)) : answer.toString();
    }

    private static List<String> characters(String text) {
        return text.chars().mapToObj(Character::toString).toList();
    }

    private static List<String> cut(SplittableRandom random, String text) {
        List<String> pieces = new ArrayList<>();
        for (int begin = 0; begin < text.length(); ) {
            int end = Math.min(text.length(), begin + random.nextInt(12));
            pieces.add(text.substring(begin, end));
            begin = end;
        }
        return pieces;
    }
}
