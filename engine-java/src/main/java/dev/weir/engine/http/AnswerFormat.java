package dev.weir.engine.http;

import dev.weir.engine.request.FinishReason;
import dev.weir.engine.request.TokenEvent.Finished;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The JSON of an answer: of chat or text completions or of responses, whole or in chunks. */
sealed interface AnswerFormat permits ChatFormat, TextFormat, ResponseFormat {

    AnswerHead head();

    /** The chunks that tell what was polled of a sequence since the last call; often one, possibly none. */
    List<ObjectNode> chunks(Sequence sequence);

    /** The whole answer. */
    ObjectNode whole(List<Sequence> sequences);

    /** Whether the chunks are events with a {@code type}, the last of which says that nothing follows; else {@code [DONE]} does. */
    default boolean namesEvents() {
        return false;
    }

    /** Whether another engine can go on with a stream of it. */
    default boolean isResumable() {
        return true;
    }

    /** What was told so far were so many chunks, which somebody else told; for those who number them. */
    default void goOnBehind(int chunksTold) {}

    /** A chunk that carries token counts and no choice. */
    default ObjectNode usageChunk(List<Sequence> sequences) {
        ObjectNode chunk = head().open(true);
        chunk.putArray("choices");
        chunk.set("usage", usage(sequences));
        return chunk;
    }

    /** Prompt tokens count once for each prompt, however many answers it has. */
    static ObjectNode usage(List<Sequence> sequences) {
        int promptTokens = sequences.stream()
                .map(Sequence::promptTokenIds)
                .distinct() // choices of one prompt share its array
                .mapToInt(prompt -> prompt.length)
                .sum();
        int completionTokens =
                sequences.stream().mapToInt(AnswerFormat::completionTokens).sum();
        ObjectNode usage = Json.object();
        usage.put("prompt_tokens", promptTokens)
                .put("completion_tokens", completionTokens)
                .put("total_tokens", promptTokens + completionTokens);
        usage.putObject("prompt_tokens_details").put("cached_tokens", cachedTokens(sequences));
        usage.putObject("completion_tokens_details")
                .put(
                        "reasoning_tokens",
                        sequences.stream().mapToInt(Sequence::reasoningTokens).sum());
        return usage;
    }

    /** Of each prompt what its first answer found; the others, which share the prompt, find more the later they begin. */
    private static int cachedTokens(List<Sequence> sequences) {
        IdentityHashMap<int[], Integer> cached = new IdentityHashMap<>();
        for (Sequence sequence : sequences) {
            Finished finished = sequence.finished();
            cached.putIfAbsent(sequence.promptTokenIds(), finished == null ? 0 : finished.cachedTokens());
        }
        return cached.values().stream().mapToInt(Integer::intValue).sum();
    }

    private static int completionTokens(Sequence sequence) {
        Finished finished = sequence.finished();
        return finished == null ? sequence.outputTokens() : finished.outputTokens();
    }

    /** Adds why and on what a choice ended; nulls while it has not. */
    static void putFinish(ObjectNode choice, Sequence sequence) {
        Finished finished = sequence.finished();
        choice.put("finish_reason", finished == null ? null : wireName(finished.reason(), sequence.callsTools()));
        choice.put("stop_reason", finished == null ? null : finished.stopString());
    }

    private static String wireName(FinishReason reason, boolean callsTools) {
        return switch (reason) {
            case STOP -> callsTools ? "tool_calls" : "stop";
            case LENGTH -> "length";
            case CANCELLED, EXPIRED, OUT_OF_MEMORY, ERROR ->
                throw new AssertionError("told as an error, not as a choice: " + reason);
        };
    }

    static ArrayNode array(int[] ids) {
        return array(Arrays.stream(ids));
    }

    static ArrayNode outputIds(Sequence sequence) {
        return array(sequence.tokens().stream().mapToInt(token -> token.tokenId()));
    }

    private static ArrayNode array(IntStream ids) {
        ArrayNode array = Json.array();
        ids.forEach(array::add);
        return array;
    }
}
