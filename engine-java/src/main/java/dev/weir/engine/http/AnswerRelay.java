package dev.weir.engine.http;

import dev.weir.engine.request.TokenEvent;
import dev.weir.engine.request.TokenEvent.Finished;
import dev.weir.engine.request.TokenEvent.Pooled;
import dev.weir.engine.request.TokenEvent.PromptScored;
import dev.weir.engine.request.TokenEvent.Token;
import dev.weir.engine.request.TokenEvent.Told;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Carries the events of a request's sequences to the client. Lives on the connection's event loop, except {@link #wake}, which engine
 * threads call. It polls only while the channel takes what is written: that is the whole of the back-pressure.
 */
final class AnswerRelay {

    /** Tokens told in one chunk at most, when a client fell behind and several are ready. */
    private static final int CHUNK_TOKENS_MAX = 128;

    private final Exchange exchange;
    private final AnswerFormat format;
    private final AnswerOptions options;
    private final List<Sequence> sequences;
    private final boolean resumable;
    private final int eventsTold;
    private final AtomicBoolean woken = new AtomicBoolean();
    private boolean over;

    /**
     * The relay of an answer.
     *
     * @param resumable whether each group of events is followed by the ids of the tokens that it told
     * @param eventsTold how many somebody else told of an answer that is resumed
     */
    AnswerRelay(
            Exchange exchange,
            AnswerFormat format,
            AnswerOptions options,
            List<Sequence> sequences,
            boolean resumable,
            int eventsTold) {
        this.resumable = resumable;
        this.eventsTold = eventsTold;
        this.exchange = exchange;
        this.format = format;
        this.options = options;
        this.sequences = sequences;
    }

    void start() {
        exchange.onClosed(this::abandon);
        exchange.onWritable(this::pump);
        sequences.forEach(sequence -> sequence.stream().onReadable(this::wake));
    }

    /** However many sequences of a request become readable in one engine step, the event loop is asked once. */
    private void wake() {
        if (woken.compareAndSet(false, true)) {
            exchange.execute(() -> {
                woken.set(false);
                pump();
            });
        }
    }

    private void abandon() {
        over = true;
        cancel();
    }

    private void cancel() {
        sequences.forEach(sequence -> sequence.stream().cancel());
    }

    private void pump() {
        for (Sequence sequence : sequences) {
            while (!over && sequence.finished() == null && writable() && poll(sequence)) {
                ApiError failure = failure(sequence.finished());
                if (failure != null) {
                    over = true;
                    cancel();
                    exchange.fail(failure);
                } else if (options.stream()) {
                    send(sequence);
                }
            }
        }
        if (!over && sequences.stream().allMatch(sequence -> sequence.finished() != null)) {
            over = true;
            complete();
        }
        exchange.flush();
    }

    private boolean writable() {
        return !options.stream() || exchange.isWritable();
    }

    /** Takes what is ready of a sequence; false when there was nothing. */
    private boolean poll(Sequence sequence) {
        for (int polled = 0; polled < CHUNK_TOKENS_MAX; polled++) {
            TokenEvent event = sequence.stream().poll();
            switch (event) {
                case null -> {
                    return polled > 0;
                }
                case PromptScored scored -> sequence.score(scored.logprobs());
                case Token token -> sequence.add(token);
                case Told told -> retell(sequence, told);
                case Pooled _ -> throw new IllegalStateException("a continuation was answered with a vector");
                case Finished finished -> {
                    sequence.finish(finished);
                    return true;
                }
            }
        }
        return true;
    }

    /** Makes the sequence one that has told this; it comes first, so nothing else waits to be sent. */
    private void retell(Sequence sequence, Told told) {
        told.tokens().forEach(sequence::add);
        if (options.stream()) {
            format.chunks(sequence);
            format.goOnBehind(eventsTold);
            sequence.sent();
        }
    }

    private void send(Sequence sequence) {
        for (ObjectNode chunk : format.chunks(sequence)) {
            if (options.includeUsage()) {
                chunk.set("usage", options.continuousUsage() ? AnswerFormat.usage(List.of(sequence)) : null);
            }
            if (format.namesEvents()) {
                exchange.event(chunk.path("type").stringValue(), chunk);
            } else {
                exchange.event(chunk);
            }
        }
        if (resumable && sequence.finished() == null && !sequence.tokens().isEmpty()) {
            exchange.comment(tokens(sequence));
        }
        sequence.sent();
    }

    /** The last group has no comment of its own: it is told with {@code [DONE]} or not at all. */
    private static String tokens(Sequence sequence) {
        StringBuilder ids = new StringBuilder("tokens");
        sequence.tokens().forEach(token -> ids.append(' ').append(token.tokenId()));
        return ids.toString();
    }

    private void complete() {
        exchange.timing(ServerTiming.of(sequences));
        if (!options.stream()) {
            exchange.respond(200, format.whole(sequences));
            return;
        }
        if (options.includeUsage()) {
            exchange.event(format.usageChunk(sequences));
        }
        if (format.namesEvents()) {
            exchange.endStream();
        } else {
            exchange.done();
        }
    }

    private static @Nullable ApiError failure(@Nullable Finished finished) {
        return finished == null
                ? null
                : switch (finished.reason()) {
                    case STOP, LENGTH -> null;
                    case ERROR ->
                        ApiError.internal("the engine could not go on: "
                                + Objects.requireNonNullElse(finished.errorMessage(), ""));
                    case OUT_OF_MEMORY ->
                        ApiError.unavailable("out_of_memory", Objects.requireNonNullElse(finished.errorMessage(), ""));
                    case EXPIRED ->
                        ApiError.unavailable(
                                "deadline_exceeded", Objects.requireNonNullElse(finished.errorMessage(), ""));
                    case CANCELLED ->
                        ApiError.unavailable(
                                "cancelled",
                                "the engine ended this generation before it was complete"
                                        + (finished.errorMessage() == null ? "" : ": " + finished.errorMessage()));
                };
    }
}
