package dev.weir.bench.workload;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Prompts of one's own, in an order that the seed shuffles, from the start again when there are too few.
 *
 * @param sha256 of the file, so that results are only compared where the prompts were the same
 * @param prompts one turn each
 */
public record PromptFile(String sha256, Lengths output, List<Turn> prompts) implements Workload {
    private static final long FILE_BYTES_MAX = 256 << 20;

    public PromptFile {
        prompts = List.copyOf(prompts);
        if (prompts.isEmpty()) {
            throw new IllegalArgumentException("the file of prompts holds none");
        }
    }

    /**
     * Reads a JSONL file; each line has {@code prompt} or {@code messages}, and may have {@code max_tokens}.
     *
     * @param output how long answers may be where a line does not say
     */
    public static PromptFile read(Path file, Lengths output, long seed) {
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new IllegalArgumentException(file + " has more than " + FILE_BYTES_MAX + " bytes: take a part");
            }
            byte[] bytes = Files.readAllBytes(file);
            SplittableRandom random = new SplittableRandom(seed);
            List<Turn> prompts = new ArrayList<>();
            int number = 0;
            for (String line : new String(bytes, UTF_8).lines().toList()) {
                number++;
                if (!line.isBlank()) {
                    prompts.add(turn(line, file + " line " + number, output.draw(random)));
                }
            }
            return new PromptFile(sha256(bytes), output, prompts);
        } catch (IOException e) {
            throw new IllegalArgumentException("the prompts cannot be read: " + e, e);
        }
    }

    private static Turn turn(String line, String where, int outputTokens) {
        try {
            JsonNode node = JsonMapper.shared().readTree(line);
            int outputTokensMax = node.path("max_tokens").asInt(outputTokens);
            if (node.path("prompt").isString()) {
                return Turn.ofUser(node.path("prompt").asString(), outputTokensMax);
            }
            List<Message> messages = new ArrayList<>();
            for (JsonNode message : node.path("messages")) {
                messages.add(new Message(
                        message.path("role").asString(""),
                        message.path("content").asString("")));
            }
            return new Turn(messages, outputTokensMax);
        } catch (JacksonException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    where + " is not an object with a prompt or messages: " + e.getMessage(), e);
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    @Override
    public List<Session> sessions(int count, long seed, TokenCounter counter) {
        List<Turn> shuffled = new ArrayList<>(prompts);
        Collections.shuffle(shuffled, java.util.Random.from(new SplittableRandom(seed)));
        List<Session> sessions = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            sessions.add(Session.of(shuffled.get(i % shuffled.size())));
        }
        return sessions;
    }

    @Override
    public Map<String, String> description() {
        Map<String, String> description = new LinkedHashMap<>();
        description.put("workload", "file");
        description.put("sha256", sha256);
        description.put("output_tokens", output.toString());
        return description;
    }
}
