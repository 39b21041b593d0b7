package dev.weir.control.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.control.completion.Demand;
import dev.weir.control.completion.Endpoint;
import java.util.HexFormat;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestFieldsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"model\":\"a\"}                                              | a   | false",
                "{\"stream\":true,\"model\":\"a/b\"}                            | a/b | true",
                "{\"model\":\"a\",\"stream\":null}                              | a   | false",
                "{\"messages\":[{\"model\":\"x\",\"stream\":true}],\"model\":\"a\"} | a | false",
                "{\"model\":\"\\u0061\"}                                        | a   | false"
            })
    void readsTheTwoFieldsAtTheTopAndNoOthers(String json, String model, boolean stream) {
        RequestFields fields = RequestFields.read(json.getBytes(UTF_8));
        assertThat(fields.model()).hasValue(model);
        assertThat(fields.stream()).isEqualTo(stream);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ff", "c080", "eda080", "f4908080", "e282"})
    void refusesWhatIsNoUtf8(String hex) {
        byte[] wrong = HexFormat.of().parseHex(hex);
        byte[] body = "{\"model\":\"    \"}".getBytes(UTF_8);
        System.arraycopy(wrong, 0, body, 10, wrong.length);
        assertThatThrownBy(() -> RequestFields.read(body))
                .isInstanceOfSatisfying(
                        Refusal.class,
                        refusal -> assertThat(refusal.error().message()).endsWith("it is not UTF-8 at byte 11"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "\"model\"",
                "{\"model\":\"a\"",
                "{\"model\":\"a\"}{}",
                "{\"model\":\"a\",\"model\":\"b\"}",
                "{\"stream\":true,\"stream\":false}",
                "{\"model\":\"a\",\"x\":{\"y\":1,\"y\":2}}",
                "{\"model\":\"a\",}",
                "{'model':'a'}",
                "nul"
            })
    void refusesWhatIsNotOneJsonObject(String json) {
        assertThatThrownBy(() -> RequestFields.read(json.getBytes(UTF_8)))
                .isInstanceOfSatisfying(Refusal.class, refusal -> {
                    assertThat(refusal.error().status()).isEqualTo(400);
                    assertThat(refusal.error().code()).isEqualTo("invalid_json");
                });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"model\":3}                       | model  | must be a string",
                "{\"model\":[]}                      | model  | must be a string",
                "{\"model\":\"a\\nb\"}              | model  | control character",
                "{\"model\":\"\\u0000\"}            | model  | control character",
                "{\"model\":\"a\\u0085\"}           | model  | control character",
                "{\"model\":\"a\",\"stream\":1}      | stream | true or false",
                "{\"n\":2.0}                         | n      | must be an integer",
                "{\"n\":2e0}                         | n      | must be an integer",
                "{\"n\":\"2\"}                       | n      | must be an integer",
                "{\"n\":[2]}                         | n      | must be an integer",
                "{\"best_of\":4.0}                   | best_of | must be an integer",
                "{\"max_tokens\":1e9}                | max_tokens | must be an integer",
                "{\"max_tokens\":\"9\"}              | max_tokens | must be an integer",
                "{\"max_completion_tokens\":7.0}     | max_completion_tokens | must be an integer",
                "{\"max_output_tokens\":true}        | max_output_tokens | must be an integer"
            })
    void refusesAFieldItCannotUseByName(String json, String field, String reason) {
        assertThatThrownBy(() -> RequestFields.read(json.getBytes(UTF_8)))
                .isInstanceOfSatisfying(Refusal.class, refusal -> {
                    assertThat(refusal.error().status()).isEqualTo(400);
                    assertThat(refusal.error().param()).isEqualTo(field);
                })
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "CHAT_COMPLETIONS | {}                                                     | -1 | 1",
                "CHAT_COMPLETIONS | {\"max_tokens\":7,\"max_completion_tokens\":5,\"n\":3} | 7  | 3",
                "CHAT_COMPLETIONS | {\"max_tokens\":1,\"max_completion_tokens\":30000}   | 30000 | 1",
                "CHAT_COMPLETIONS | {\"max_completion_tokens\":30000,\"max_tokens\":1}   | 30000 | 1",
                "CHAT_COMPLETIONS | {\"max_tokens\":7,\"max_completion_tokens\":null}    | 7  | 1",
                "COMPLETIONS      | {\"max_tokens\":0}                                     | 0  | 1",
                "CHAT_COMPLETIONS | {\"max_tokens\":null,\"n\":null,\"best_of\":null}     | -1 | 1",
                "CHAT_COMPLETIONS | {\"max_tokens\":-1,\"n\":18446744073709551618}       | -1 | 1",
                "COMPLETIONS      | {}                                                     | 16 | 1",
                "COMPLETIONS      | {\"prompt\":[\"a\",\"b\"],\"n\":2,\"best_of\":4}         | 16 | 8",
                "COMPLETIONS      | {\"prompt\":[1,2,3],\"max_tokens\":9}                  | 9  | 1",
                "COMPLETIONS      | {\"prompt\":[[1,2],[3]]}                              | 16 | 2",
                "CHAT_COMPLETIONS | {\"max_output_tokens\":7}                                  | -1 | 1",
                "RESPONSES        | {\"max_output_tokens\":7,\"max_tokens\":5,\"n\":3}          | 7  | 1",
                "RESPONSES        | {\"input\":[{},{}]}                                      | -1 | 1",
                "EMBEDDINGS       | {\"input\":[\"a\",\"b\"],\"max_tokens\":9}             | 0  | 1"
            })
    void readsWhatARequestCanTakeAtMost(Endpoint endpoint, String json, long outputTokensMax, int answerCount) {
        Demand demand = RequestFields.read(json.getBytes(UTF_8)).demand(endpoint, 100);
        assertThat(demand.outputTokensMax())
                .isEqualTo(outputTokensMax < 0 ? OptionalLong.empty() : OptionalLong.of(outputTokensMax));
        assertThat(demand.answerCount()).isEqualTo(answerCount);
        assertThat(demand.inputBytes()).isEqualTo(100);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"model\":\"é\"}|{\"stream_options\":{\"include_usage\":true},\"model\":\"é\"}|false",
                "{\"é\":1, \"stream_options\" : null }|{\"é\":1, \"stream_options\" : {\"include_usage\":true} }|false",
                "{\"stream_options\":{ }}|{\"stream_options\":{\"include_usage\":true }}|false",
                "{\"stream_options\":{\"x\":{\"y\":1}}}|{\"stream_options\":{\"include_usage\":true,\"x\":{\"y\":1}}}|false",
                "{\"stream_options\":{\"include_usage\":false,\"x\":1}}|{\"stream_options\":{\"include_usage\":true,\"x\":1}}|false",
                "{\"stream_options\":{\"include_usage\": null}}|{\"stream_options\":{\"include_usage\": true}}|false",
                "{\"stream_options\":{\"include_usage\":true}}|{\"stream_options\":{\"include_usage\":true}}|true",
                "{\"stream_options\":7}|{\"stream_options\":7}|false",
                "{\"stream_options\":{\"include_usage\":\"yes\"}}|{\"stream_options\":{\"include_usage\":\"yes\"}}|false"
            })
    void asksForUsageAndChangesNothingElse(String json, String asking, boolean isAsked) {
        byte[] body = json.getBytes(UTF_8);
        UsageQuestion question = RequestFields.read(body).usage();
        assertThat(question.isAsked()).isEqualTo(isAsked);
        assertThat(new String(question.askIn(body), UTF_8)).isEqualTo(asking);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"model\":null}"})
    void leavesAModelThatIsNotNamedToTheServer(String json) {
        assertThat(RequestFields.read(json.getBytes(UTF_8)).model()).isEmpty();
    }

    @Test
    void answersDeepNestingWithARefusalAndNotWithACrash() {
        String json = "{\"model\":\"a\",\"x\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
        assertThatThrownBy(() -> RequestFields.read(json.getBytes(UTF_8))).isInstanceOf(Refusal.class);
    }

    @Test
    void answersAnyDamageWithAValueOrARefusal() {
        byte[] good = "{\"model\":\"é\\n\",\"stream\":true,\"n\":[1.5e3,{\"a\":null}]}".getBytes(UTF_8);
        SplittableRandom random = new SplittableRandom(20261121);
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = good.clone();
            for (int j = random.nextInt(1, 4); j > 0; j--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            try {
                assertThat(RequestFields.read(damaged)).isNotNull();
            } catch (Refusal refusal) {
                assertThat(refusal.error().status()).isEqualTo(400);
            }
        }
    }
}
