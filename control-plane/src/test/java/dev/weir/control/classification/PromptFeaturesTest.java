package dev.weir.control.classification;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.completion.JsonBody;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class PromptFeaturesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | Where may I smoke? And when?",
                "1 | Does the ferry leave from Ostehaven?",
                "1 | Is Gisa Zimer on board?",
                "2 | Is Gisa Zimer, Harik Holic on board?",
                "3 | On 2026-11-22 at 14:25 it was 86 euros.",
                "3 | - Talorborg 13:50\\n- Torenholm\\nShip",
                "1 | She said \"Cororine\".",
                "0 | ''"
            })
    void namesNumbersTimesAndAmountsAreCounted(int count, String text) {
        assertThat(of(text.replace("\\n", "\n")).entityCount()).isEqualTo(count);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | Where may I smoke?",
                "1 | What does this do?\\n```\\nint x;\\n- a\\n- b\\n```",
                "2 | ```\\na\\n```\\nor\\n```\\nb\\n```",
                "1 | > they wrote\\n> this\\nIs it polite?",
                "1 | Ship: Cororine\\nGate: 7\\n\\nWhich gate?",
                "0 | Ship: Cororine\\n\\nWhich gate?",
                "1 | Ticket: saver; Days before: 1; Paid: 86 euros",
                "2 | Bookings:\\n- Gisa Lysanette\\n- Harik Doremeus\\nGates:\\n- Lysanette 1\\n- Doremeus 12",
                "1 | Context:\\nGate: 7\\nSeat: 3\\n\\nWhich gate?",
                "3 | <document id=\"1\">a</document>\\n<document id=\"2\">b</document>\\n[3] c",
                "1 | '| a | b |\\n| 1 | 2 |'"
            })
    void contextThatIsBroughtAlongIsCountedInBlocks(int count, String text) {
        assertThat(of(text.replace("\\n", "\n")).contextCount()).isEqualTo(count);
    }

    @Test
    void passagesThatTheSystemBringsAndResultsOfToolsAreContextAndListsOfInstructionsAreNot() {
        String system =
                "Be brief:\n- no thanks\n- no names\n\nPassage 1:\nThe gate is 7.\n\nPassage 2:\nThe ship is late.";
        assertThat(of(
                                Map.of(),
                                List.of(
                                        message("system", system),
                                        message("user", "earlier"),
                                        message("tool", "old"),
                                        message("user", "Which gate?"),
                                        message("assistant", "I look."),
                                        message("tool", "7")))
                        .contextCount())
                .isEqualTo(3);
        JsonBody response = new JsonBody(JsonMapper.shared()
                .writeValueAsBytes(Map.of(
                        "input",
                        List.of(
                                message("user", "Which gate?"),
                                Map.of("type", "function_call_output", "call_id", "c", "output", "7")))));
        assertThat(PromptFeatures.of(response).contextCount()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "UNSAID | What is the capital of France?",
                "BRIEF | Is it open? Answer yes or no.",
                "BRIEF | Give me only the name of the ship.",
                "LIST | Make a list of all ships.",
                "LIST | Name three ships.",
                "TABLE | Put the ships into a table of names and gates.",
                "UNSAID | What does the timetable say?",
                "TEXT | Write an essay about ships.",
                "LONG_TEXT | Write an essay of 800 words about ships.",
                "LONG_TEXT | Write two versions, each 2 pages long.",
                "UNSAID | Say it in 20 words."
            })
    void whatIsExpectedIsReadFromTheRequestsWords(ExpectedAnswer expected, String text) {
        assertThat(of(text).expected()).isEqualTo(expected);
    }

    @Test
    void anAnswerThatMayHaveFewTokensIsBriefWhateverTheWordsSayAndManyTokensSayNothing() {
        Map<String, Object> essay = message("user", "Write an essay about ships.");
        assertThat(of(Map.of("max_tokens", 8), List.of(essay)).expected()).isEqualTo(ExpectedAnswer.BRIEF);
        assertThat(of(Map.of("max_completion_tokens", 8), List.of(essay)).expected())
                .isEqualTo(ExpectedAnswer.BRIEF);
        assertThat(of(Map.of("max_tokens", 32_000), List.of(message("user", "Which gate?")))
                        .expected())
                .isEqualTo(ExpectedAnswer.UNSAID);
        for (String odd : List.of("null", "{\"n\":1}", "[8]", "99999999999999")) {
            String request =
                    "{\"max_tokens\":" + odd + ",\"messages\":[{\"role\":\"user\",\"content\":\"Write a poem.\"}]}";
            assertThat(PromptFeatures.of(new JsonBody(request.getBytes(UTF_8))).expected())
                    .as(odd)
                    .isEqualTo(ExpectedAnswer.TEXT);
        }
    }

    private static PromptFeatures of(String text) {
        return of(Map.of(), List.of(message("user", text)));
    }

    private static PromptFeatures of(Map<String, Object> fields, List<Map<String, Object>> messages) {
        Map<String, Object> request = new HashMap<>(fields);
        request.put("messages", messages);
        return PromptFeatures.of(new JsonBody(JsonMapper.shared().writeValueAsBytes(request)));
    }

    private static Map<String, Object> message(String role, String content) {
        return Map.of("role", role, "content", content);
    }
}
