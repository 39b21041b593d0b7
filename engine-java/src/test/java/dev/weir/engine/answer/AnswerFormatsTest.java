package dev.weir.engine.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.engine.TestModels;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class AnswerFormatsTest {

    @ParameterizedTest
    @CsvSource(textBlock = """
            Qwen-Qwen2.5-7B-Instruct,              NONE,  HERMES,   true
            Qwen-Qwen3-0.6B,                       THINK, HERMES,   true
            Qwen-QwQ-32B,                          THINK, HERMES,   true
            ibm-granite-granite-4.0,               NONE,  HERMES,   true
            Qwen3-Coder,                           NONE,  QWEN_XML, true
            Qwen3.5-4B,                            THINK, QWEN_XML, true
            meta-llama-Llama-3.1-8B-Instruct,      NONE,  LLAMA3,   true
            meta-llama-Llama-3.2-3B-Instruct,      NONE,  LLAMA3,   true
            mistralai-Mistral-Nemo-Instruct-2407,  NONE,  MISTRAL,  true
            Mistral-Small-3.2-24B-Instruct-2506,   NONE,  MISTRAL,  true
            unsloth-mistral-Devstral-Small-2507,   NONE,  MISTRAL,  true
            ibm-granite-granite-3.3-2B-Instruct,   THINK, PHI,      true
            microsoft-Phi-3.5-mini-instruct,       NONE,  JSON,     false
            google-gemma-2-2b-it,                  NONE,  JSON,     false
            """)
    void theChatTemplateTells(String name, ReasoningFormat reasoning, ToolFormat calls, boolean showsTools) {
        Path file = TestModels.testData().resolve("chat-templates").resolve(name + ".json");
        assumeTrue(Files.exists(file), () -> "skipped: " + file + " is not there; set -Dweir.testdata=DIR");
        String template =
                JsonMapper.shared().readTree(file.toFile()).path("template").asString();
        assertThat(AnswerFormats.of(template)).isEqualTo(new AnswerFormats(reasoning, calls, showsTools));
    }

    @Test
    void anOperatorKnowsBetter() {
        AnswerFormats told = AnswerFormats.of("{{ tools }} <tool_call> </think>");
        assertThat(told.with(null, null)).isEqualTo(told);
        assertThat(told.with(ReasoningFormat.NONE, ToolFormat.JSON))
                .isEqualTo(new AnswerFormats(ReasoningFormat.NONE, ToolFormat.JSON, true));
        assertThat(AnswerFormats.of("")).isEqualTo(new AnswerFormats(ReasoningFormat.NONE, ToolFormat.NONE, false));
    }

    @Test
    void formatsHaveNames() {
        for (ToolFormat format : ToolFormat.values()) {
            assertThat(ToolFormat.ofWireName(format.wireName())).hasValue(format);
        }
        for (ReasoningFormat format : ReasoningFormat.values()) {
            assertThat(ReasoningFormat.ofWireName(format.wireName())).hasValue(format);
        }
        assertThat(ToolFormat.wireNames()).isEqualTo("none, hermes, qwen-xml, llama3, mistral, phi, json");
        assertThat(ReasoningFormat.wireNames()).isEqualTo("none, think, mistral");
    }
}
