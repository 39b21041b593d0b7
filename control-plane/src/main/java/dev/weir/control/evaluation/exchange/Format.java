package dev.weir.control.evaluation.exchange;

import dev.weir.control.evaluation.golden.CaseJson;
import dev.weir.control.evaluation.golden.GoldenSet;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The forms that golden sets come in. */
public enum Format {
    /** A case or a generic row in each line. */
    JSONL,
    PROMPTFOO,
    /** A promptfoo table of tests. */
    CSV,
    OPENAI_EVALS,
    LM_EVAL;

    /** As it is written in requests and options. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The format that is written so. */
    public static Format of(String text) {
        return Arrays.stream(values())
                .filter(format -> format.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no format '" + text + "': there are "
                        + Arrays.stream(values()).map(Format::text).collect(Collectors.joining(", "))));
    }

    /** What a file's name and its first words look like. */
    public static Format guess(String fileName, String text) {
        if (fileName.endsWith(".csv")) {
            return CSV;
        }
        if (fileName.endsWith(".jsonl")) {
            return JSONL;
        }
        if (text.contains("doc_to_text")) {
            return LM_EVAL;
        }
        return text.contains("samples_jsonl") ? OPENAI_EVALS : PROMPTFOO;
    }

    /**
     * The cases that a text has.
     *
     * @throws IllegalArgumentException if it is not in this format at all
     */
    public Imported read(String text, Attachments attachments) {
        return switch (this) {
            case JSONL -> JsonLines.read(text);
            case PROMPTFOO -> new Promptfoo(attachments).readConfiguration(text);
            case CSV -> new Promptfoo(attachments).readTable(text);
            case OPENAI_EVALS -> OpenAiEvals.read(text, attachments);
            case LM_EVAL -> LmEval.read(text, attachments);
        };
    }

    /** A set in this format: JSONL and promptfoo only. */
    public String write(GoldenSet set) {
        return switch (this) {
            case JSONL ->
                set.cases().stream()
                        .map(golden -> CaseJson.write(golden) + "\n")
                        .collect(Collectors.joining());
            case PROMPTFOO -> PromptfooWriter.write(set);
            case CSV, OPENAI_EVALS, LM_EVAL ->
                throw new IllegalArgumentException("sets are not written as " + text() + ": take jsonl or promptfoo");
        };
    }
}
