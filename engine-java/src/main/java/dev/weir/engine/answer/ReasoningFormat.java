package dev.weir.engine.answer;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The marks between which a model thinks, at the beginning of an answer. */
public enum ReasoningFormat {
    /** All that is written is the answer. */
    NONE("", ""),
    /** Qwen, DeepSeek R1, SmolLM3, Nemotron and most others. */
    THINK("<think>", "</think>"),
    /** Magistral. */
    MISTRAL("[THINK]", "[/THINK]");

    private final String opening;
    private final String closing;

    ReasoningFormat(String opening, String closing) {
        this.opening = opening;
        this.closing = closing;
    }

    /** The mark behind which a model thinks; empty for {@link #NONE}. */
    public String opening() {
        return opening;
    }

    /** The mark that ends it; empty for {@link #NONE}. */
    public String closing() {
        return closing;
    }

    /** What a chat template tells: the marks that it knows. */
    public static ReasoningFormat of(String template) {
        return Arrays.stream(values())
                .filter(format -> format != NONE)
                .filter(format -> template.contains(format.closing))
                .findFirst()
                .orElse(NONE);
    }

    /** Whether an answer to this prompt begins in the middle of reasoning: some templates open it themselves. */
    public boolean isOpenAfter(String prompt) {
        return this != NONE && prompt.stripTrailing().endsWith(opening);
    }

    /** How options name it. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<ReasoningFormat> ofWireName(String name) {
        return Arrays.stream(values())
                .filter(format -> format.wireName().equals(name))
                .findFirst();
    }

    /** All names, for refusals. */
    public static String wireNames() {
        return Arrays.stream(values()).map(ReasoningFormat::wireName).collect(Collectors.joining(", "));
    }
}
