package dev.weir.engine;

import dev.weir.engine.answer.ReasoningFormat;
import dev.weir.engine.answer.ToolFormat;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How models write answers, where their chat templates do not tell. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class FormatOptions {

    private static final String AUTO = "auto";

    @Option(
            names = "--tool-format",
            paramLabel = "FORMAT",
            defaultValue = AUTO,
            description =
                    "How models call tools: none, hermes, qwen-xml, llama3, mistral, phi, json (${DEFAULT-VALUE}: as the chat template says).")
    private String toolFormat;

    @Option(
            names = "--reasoning-format",
            paramLabel = "FORMAT",
            defaultValue = AUTO,
            description =
                    "How models mark reasoning: none, think, mistral (${DEFAULT-VALUE}: as the chat template says).")
    private String reasoningFormat;

    /** What was chosen; null for what the chat template says. */
    @Nullable
    ToolFormat calls() {
        return chosen("--tool-format", toolFormat, ToolFormat::ofWireName, ToolFormat.wireNames());
    }

    /** What was chosen; null for what the chat template says. */
    @Nullable
    ReasoningFormat reasoning() {
        return chosen("--reasoning-format", reasoningFormat, ReasoningFormat::ofWireName, ReasoningFormat.wireNames());
    }

    private static <T> @Nullable T chosen(
            String option, String name, Function<String, Optional<T>> reader, String names) {
        return name.equals(AUTO)
                ? null
                : reader.apply(name)
                        .orElseThrow(
                                () -> new IllegalArgumentException(option + " must be auto, " + names + ": " + name));
    }
}
