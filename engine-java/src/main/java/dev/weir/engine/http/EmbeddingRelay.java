package dev.weir.engine.http;

import dev.weir.engine.admission.Admission.Admitted;
import dev.weir.engine.admission.Admission.Reason;
import dev.weir.engine.admission.Admission.Rejected;
import dev.weir.engine.request.TokenEvent;
import dev.weir.engine.request.TokenEvent.Finished;
import dev.weir.engine.request.TokenEvent.Pooled;
import dev.weir.engine.request.TokenEvent.PromptScored;
import dev.weir.engine.request.TokenEvent.Token;
import dev.weir.engine.request.TokenEvent.Told;
import dev.weir.engine.streaming.TokenStream;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Brings the inputs of an embedding request to the engine, a few at a time so that a long list does not fill the waiting queue by itself,
 * and answers when all have become vectors. Lives on the connection's event loop, except {@link #wake}, which engine threads call.
 */
final class EmbeddingRelay {

    /** Inputs of one request that are at the engine at once. */
    private static final int SUBMITTED_MAX = 32;

    private final Exchange exchange;
    private final EmbeddingCall call;
    private final String id;
    private final Workers workers;
    private final float[][] vectors;
    private final Queue<Input> submitted = new ArrayDeque<>();
    private final AtomicBoolean woken = new AtomicBoolean();
    private int next;
    private boolean over;

    private record Input(int index, TokenStream stream) {}

    EmbeddingRelay(Exchange exchange, EmbeddingCall call, String id, Workers workers) {
        this.exchange = exchange;
        this.call = call;
        this.id = id;
        this.workers = workers;
        vectors = new float[call.prompts().size()][];
    }

    void start() {
        exchange.onClosed(this::abandon);
        pump();
    }

    /** However many inputs become ready in one engine step, the event loop is asked once. */
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
        submitted.forEach(input -> input.stream().cancel());
    }

    private void pump() {
        if (over) {
            return;
        }
        try {
            for (Iterator<Input> inputs = submitted.iterator(); inputs.hasNext(); ) {
                if (isDone(inputs.next())) {
                    inputs.remove();
                }
            }
            while (submitted.size() < SUBMITTED_MAX && next < vectors.length && submit(next)) {
                next++;
            }
        } catch (ApiException e) {
            abandon();
            exchange.fail(e.error());
            return;
        }
        if (submitted.isEmpty()) {
            over = true;
            workers.run(exchange, () -> {
                byte[] answer = EmbeddingsJson.answer(call, vectors);
                return () -> exchange.respond(200, "application/json", answer, Map.of());
            });
        }
    }

    /** False where the engine is full and one of this request's own inputs has to end first. */
    private boolean submit(int index) {
        TokenStream stream = new TokenStream();
        switch (call.model().submit(call.request(id, index), stream)) {
            case Admitted _ -> {
                submitted.add(new Input(index, stream));
                stream.onReadable(this::wake);
                return true;
            }
            case Rejected rejected
            when rejected.reason() == Reason.QUEUE_FULL && !submitted.isEmpty() -> {
                return false;
            }
            case Rejected rejected -> throw new ApiException(GenerationEndpoint.refusal(rejected, "input"));
        }
    }

    private boolean isDone(Input input) {
        for (TokenEvent event = input.stream().poll();
                event != null;
                event = input.stream().poll()) {
            switch (event) {
                case Pooled pooled -> vectors[input.index()] = pooled.vector();
                case Token _, Told _, PromptScored _ ->
                    throw new IllegalStateException("an embedding was answered with a token");
                case Finished finished -> {
                    requireWhole(finished);
                    return true;
                }
            }
        }
        return false;
    }

    private static void requireWhole(Finished finished) {
        switch (finished.reason()) {
            case STOP, LENGTH -> {}
            case ERROR ->
                throw new ApiException(ApiError.internal(
                        "the engine could not go on: " + Objects.requireNonNullElse(finished.errorMessage(), "")));
            case OUT_OF_MEMORY ->
                throw new ApiException(
                        ApiError.unavailable("out_of_memory", Objects.requireNonNullElse(finished.errorMessage(), "")));
            case EXPIRED ->
                throw new ApiException(ApiError.unavailable(
                        "deadline_exceeded", Objects.requireNonNullElse(finished.errorMessage(), "")));
            case CANCELLED ->
                throw new ApiException(
                        ApiError.unavailable("cancelled", "the engine ended this request before it was complete"));
        }
    }
}
