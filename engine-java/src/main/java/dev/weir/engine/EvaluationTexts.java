package dev.weir.engine;

import dev.weir.engine.model.ChatMessage;
import dev.weir.engine.model.ChatTemplate;
import dev.weir.engine.tokenization.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The texts that models are compared over, as token ids: the conversations of a {@code .jsonl} file, one a line with {@code messages} and the
 * {@code expected} answer, or any other file as plain text, cut into pieces of the context's length.
 */
record EvaluationTexts(Tokenizer tokenizer, @Nullable ChatTemplate template, int contextTokensMax) {

    private static final int FILE_BYTES_MAX = 256 << 20;
    private static final int TOKENS_MIN = 2;

    /**
     * The texts of a file.
     *
     * @param textsMax the first so many
     */
    List<int[]> read(Path file, int textsMax) {
        List<int[]> texts = new ArrayList<>();
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new IllegalArgumentException(file + " has more than " + FILE_BYTES_MAX + " bytes: take a part");
            }
            if (file.toString().endsWith(".jsonl")) {
                List<String> lines = Files.readAllLines(file);
                lines.subList(0, Math.min(lines.size(), textsMax)).forEach(line -> texts.add(conversation(line)));
            } else {
                pieces(tokenizer.encode(Files.readString(file), true), textsMax, texts);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read: " + e.getMessage(), e);
        }
        texts.removeIf(ids -> ids.length < TOKENS_MIN);
        if (texts.isEmpty()) {
            throw new IllegalArgumentException(file + " holds no text to compare over");
        }
        return texts;
    }

    private int[] conversation(String line) {
        if (template == null) {
            throw new IllegalArgumentException("the model has no chat template: give it plain text");
        }
        JsonNode node = JsonMapper.shared().readTree(line);
        List<ChatMessage> messages = new ArrayList<>();
        for (JsonNode message : node.get("messages")) {
            messages.add(ChatMessage.of(
                    message.get("role").stringValue(), message.get("content").stringValue()));
        }
        messages.add(ChatMessage.of("assistant", node.get("expected").stringValue()));
        int[] ids = tokenizer.encode(template.render(messages, false, Map.of()), false);
        return Arrays.copyOf(ids, Math.min(ids.length, contextTokensMax));
    }

    private void pieces(int[] ids, int textsMax, List<int[]> texts) {
        for (int from = 0; from < ids.length && texts.size() < textsMax; from += contextTokensMax) {
            texts.add(Arrays.copyOfRange(ids, from, Math.min(ids.length, from + contextTokensMax)));
        }
    }
}
