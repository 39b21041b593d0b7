package dev.weir.bench.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weir.bench.load.Answer;
import dev.weir.bench.load.FailureKind;
import dev.weir.bench.load.Stamps;
import dev.weir.bench.load.Timeline;
import dev.weir.bench.load.TokenUsage;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads one stream of completion chunks. Bytes are stamped when they are handed over, before they are looked at; several chunks in one packet
 * have one time.
 */
final class AnswerReader implements BodySubscriber<Answer> {
    private static final int LINE_BYTES_MAX = 1 << 20;
    private static final int TEXT_CHARACTERS_MAX = 8 << 20;
    private static final String DATA = "data:";
    private static final String DONE = "[DONE]";

    private final CompletableFuture<Answer> answer = new CompletableFuture<>();
    private final JsonMapper json = JsonMapper.shared();
    private final Timeline timeline;
    private final long sentNanos;

    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final Stamps pieces = new Stamps();
    private final StringBuilder text = new StringBuilder();
    private @Nullable TokenUsage usage;
    private boolean finished;
    private @Nullable Subscription subscription;

    AnswerReader(Timeline timeline, long sentNanos) {
        this.timeline = timeline;
        this.sentNanos = sentNanos;
    }

    @Override
    public CompletionStage<Answer> getBody() {
        return answer;
    }

    @Override
    public void onSubscribe(Subscription newSubscription) {
        subscription = newSubscription;
        newSubscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        long nowNanos = timeline.nanos();
        try {
            for (ByteBuffer buffer : buffers) {
                while (buffer.hasRemaining()) {
                    take(buffer.get(), nowNanos);
                }
            }
        } catch (JacksonException e) {
            fail(FailureKind.NOT_UNDERSTOOD, "a chunk is not JSON: " + e.getOriginalMessage(), nowNanos);
        } catch (IllegalStateException e) {
            fail(FailureKind.NOT_UNDERSTOOD, String.valueOf(e.getMessage()), nowNanos);
        }
    }

    private void take(byte next, long nowNanos) {
        if (next != '\n') {
            if (line.size() == LINE_BYTES_MAX) {
                throw new IllegalStateException("a line of the stream is longer than " + LINE_BYTES_MAX + " bytes");
            }
            line.write(next);
            return;
        }
        String complete = line.toString(UTF_8).strip();
        line.reset();
        if (complete.startsWith(DATA)) {
            event(complete.substring(DATA.length()).strip(), nowNanos);
        }
    }

    private void event(String data, long nowNanos) {
        if (data.equals(DONE)) {
            finish(nowNanos);
            return;
        }
        JsonNode chunk = json.readTree(data);
        if (chunk.hasNonNull("error")) {
            String message = chunk.path("error")
                    .path("message")
                    .asString(chunk.path("error").toString());
            fail(FailureKind.STREAM_ERROR, ErrorText.shortened(message), nowNanos);
            return;
        }
        JsonNode counted = chunk.path("usage");
        if (counted.isObject()) {
            usage = new TokenUsage(
                    counted.path("prompt_tokens").asInt(0),
                    counted.path("prompt_tokens_details").path("cached_tokens").asInt(0),
                    counted.path("completion_tokens").asInt(0),
                    true);
        }
        JsonNode choice = chunk.path("choices").path(0);
        String piece = piece(choice);
        if (!piece.isEmpty()) {
            pieces.add(nowNanos);
            if (text.length() + piece.length() > TEXT_CHARACTERS_MAX) {
                throw new IllegalStateException("the answer is longer than " + TEXT_CHARACTERS_MAX + " characters");
            }
            text.append(piece);
        }
        finished |= choice.hasNonNull("finish_reason");
    }

    /** The text of a chunk; thinking is output too. */
    private static String piece(JsonNode choice) {
        JsonNode delta = choice.path("delta");
        return choice.path("text").asString("")
                + delta.path("reasoning_content").asString("")
                + delta.path("content").asString("");
    }

    private void finish(long nowNanos) {
        if (pieces.count() == 0) {
            fail(FailureKind.EMPTY, "the stream ended without any text", nowNanos);
            return;
        }
        TokenUsage counts = usage == null ? TokenUsage.ofChunks(pieces.count()) : usage;
        answer.complete(new Answer.Completed(sentNanos, pieces, nowNanos, counts, text.toString()));
    }

    private void fail(FailureKind kind, String detail, long nowNanos) {
        answer.complete(new Answer.Failed(kind, detail, nowNanos));
        if (subscription != null) {
            subscription.cancel();
        }
    }

    @Override
    public void onComplete() {
        long nowNanos = timeline.nanos();
        if (finished) {
            finish(nowNanos); // some servers leave out the last line
        } else {
            fail(FailureKind.CUT_OFF, "the stream ended after " + pieces.count() + " chunks", nowNanos);
        }
    }

    @Override
    public void onError(Throwable failure) {
        boolean begun = pieces.count() > 0;
        fail(
                begun ? FailureKind.CUT_OFF : FailureKind.CONNECTION,
                "the connection broke after " + pieces.count() + " chunks: " + failure,
                timeline.nanos());
    }
}
