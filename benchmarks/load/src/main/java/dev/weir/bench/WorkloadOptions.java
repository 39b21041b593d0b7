package dev.weir.bench;

import dev.weir.bench.workload.Lengths;
import dev.weir.bench.workload.PromptFile;
import dev.weir.bench.workload.Workload;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is asked, as options say it. Options that the chosen workload has no use for are refused. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class WorkloadOptions {
    private static final String DEFAULT_PROMPT_TOKENS = "256";
    private static final String DEFAULT_OUTPUT_TOKENS = "64";

    enum Kind {
        SYNTHETIC,
        SHARED_PREFIX,
        MULTI_TURN,
        FILE;

        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    @Option(
            names = "--workload",
            defaultValue = "synthetic",
            paramLabel = "KIND",
            description = "One of ${COMPLETION-CANDIDATES} (default: synthetic).")
    private Kind kind;

    @Option(
            names = "--prompt-tokens",
            paramLabel = "LENGTHS",
            description = "Tokens of each prompt, beside any prefix: " + Lengths.FORMS + " (default: "
                    + DEFAULT_PROMPT_TOKENS + ").")
    private @Nullable String promptTokens;

    @Option(
            names = "--output-tokens",
            defaultValue = DEFAULT_OUTPUT_TOKENS,
            paramLabel = "LENGTHS",
            description = "Tokens of each answer, in the same forms (default: " + DEFAULT_OUTPUT_TOKENS + ").")
    private String outputTokens;

    @Option(names = "--prefixes", paramLabel = "K", description = "shared-prefix: how many tenants (default: 1).")
    private @Nullable Integer prefixCount;

    @Option(names = "--prefix-tokens", paramLabel = "N", description = "shared-prefix: tokens of each tenant's prefix.")
    private @Nullable Integer prefixTokens;

    @Option(names = "--turns", paramLabel = "N", description = "multi-turn: requests of each session (default: 4).")
    private @Nullable Integer turnCount;

    @Option(
            names = "--prompts",
            paramLabel = "FILE",
            description = "file: JSONL; each line has prompt or messages, and may have max_tokens.")
    private @Nullable Path file;

    Workload workload(long seed) {
        boolean prefixed = kind == Kind.SHARED_PREFIX;
        refuse("--prefixes", prefixCount, prefixed);
        refuse("--prefix-tokens", prefixTokens, prefixed);
        refuse("--turns", turnCount, kind == Kind.MULTI_TURN);
        refuse("--prompts", file, kind == Kind.FILE);
        refuse("--prompt-tokens", promptTokens, kind != Kind.FILE);
        Lengths output = lengths("--output-tokens", outputTokens);
        return switch (kind) {
            case SYNTHETIC -> new Workload.Synthetic(prompt(), output);
            case SHARED_PREFIX ->
                new Workload.SharedPrefix(
                        prefixCount == null ? 1 : prefixCount,
                        required("--prefix-tokens", prefixTokens),
                        prompt(),
                        output);
            case MULTI_TURN -> new Workload.MultiTurn(turnCount == null ? 4 : turnCount, prompt(), output);
            case FILE -> PromptFile.read(required("--prompts", file), output, seed);
        };
    }

    private Lengths prompt() {
        return lengths("--prompt-tokens", promptTokens == null ? DEFAULT_PROMPT_TOKENS : promptTokens);
    }

    private static Lengths lengths(String option, String text) {
        try {
            return Lengths.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(option + ": " + e.getMessage(), e);
        }
    }

    private <T> T required(String option, @Nullable T value) {
        if (value == null) {
            throw new IllegalArgumentException("--workload " + kind + " needs " + option);
        }
        return value;
    }

    private void refuse(String option, @Nullable Object value, boolean used) {
        if (value != null && !used) {
            throw new IllegalArgumentException(option + " means nothing to --workload " + kind);
        }
    }
}
