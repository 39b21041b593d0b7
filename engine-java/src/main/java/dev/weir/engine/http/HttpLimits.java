package dev.weir.engine.http;

import java.time.Duration;

/**
 * Everything that a client could otherwise make as large, as many or as slow as it likes.
 *
 * @param bodyBytesMax of one request
 * @param requestLineBytesMax method, target and version
 * @param headerBytesMax all header fields of one request
 * @param connectionsMax open at once; the next one is told so and closed
 * @param pipelinedRequestsMax that wait behind the running one of a connection, or behind answers that are not read; then it is read no
 *     further
 * @param promptsMax in one completion request
 * @param choicesMax {@code n}: answers to one prompt
 * @param sequencesMax prompts times choices of one request
 * @param embeddingInputsMax in one embedding request
 * @param embeddingNumbersMax elements of all vectors of one embedding request
 * @param preparingMax requests that wait for a worker to decode and tokenize them
 * @param readMax from a request's first byte to the end of its body, however fast or slowly its bytes come
 * @param idleMax without a request on a kept-alive connection
 * @param writeStallMax that a client may leave an answer unread once the buffers are full
 */
public record HttpLimits(
        int bodyBytesMax,
        int requestLineBytesMax,
        int headerBytesMax,
        int connectionsMax,
        int pipelinedRequestsMax,
        int promptsMax,
        int choicesMax,
        int sequencesMax,
        int embeddingInputsMax,
        int embeddingNumbersMax,
        int preparingMax,
        Duration readMax,
        Duration idleMax,
        Duration writeStallMax) {

    /** What a server uses that is told nothing else. */
    public static HttpLimits defaults() {
        return new HttpLimits(
                16 << 20,
                8 << 10,
                32 << 10,
                1024,
                8,
                64,
                16,
                128,
                2048,
                4 << 20,
                512,
                Duration.ofSeconds(60),
                Duration.ofMinutes(5),
                Duration.ofMinutes(2));
    }
}
