package dev.weir.engine.execution;

import dev.weir.engine.request.GenerationRequest;
import dev.weir.engine.request.TokenEvent;
import dev.weir.engine.request.TokenEvent.Finished;
import dev.weir.engine.request.TokenEvent.Pooled;
import dev.weir.engine.request.TokenEvent.PromptScored;
import dev.weir.engine.request.TokenEvent.Token;
import dev.weir.engine.request.TokenEvent.TokenLogprobs;
import dev.weir.engine.streaming.TokenStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The consumer of one stream: collects what it polls and checks that the events come in a legal order. */
final class ReceivedAnswer {

    private final GenerationRequest request;
    private final TokenStream stream;
    private final List<Integer> tokenIds = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private @Nullable Finished finished;
    private float @Nullable [] vector;
    private List<TokenLogprobs> promptLogprobs = List.of();
    private boolean cancelled;

    ReceivedAnswer(GenerationRequest request, TokenStream stream) {
        this.request = request;
        this.stream = stream;
    }

    GenerationRequest request() {
        return request;
    }

    TokenStream stream() {
        return stream;
    }

    List<Integer> tokenIds() {
        return tokenIds;
    }

    String text() {
        return text.toString();
    }

    @Nullable
    Finished finished() {
        return finished;
    }

    /** What an embedding came to. */
    float @Nullable [] vector() {
        return vector;
    }

    Finished end() {
        if (finished == null) {
            throw new AssertionError(request.id() + ": no end");
        }
        return finished;
    }

    boolean wasCancelled() {
        return cancelled;
    }

    void cancel() {
        cancelled = true;
        stream.cancel();
    }

    /** Takes one event; false if there was none. */
    boolean poll() {
        TokenEvent event = stream.poll();
        if (event != null && finished != null) {
            throw new AssertionError(request.id() + ": an event after the end: " + event);
        }
        switch (event) {
            case Token token -> {
                tokenIds.add(token.tokenId());
                text.append(token.text());
            }
            case TokenEvent.Told _ -> throw new AssertionError("nothing was told before");
            case Pooled pooled -> vector = pooled.vector();
            case PromptScored scored -> promptLogprobs = scored.logprobs();
            case Finished end -> {
                text.append(end.text());
                finished = end;
            }
            case null -> {
                return false;
            }
        }
        return true;
    }

    void pollAll() {
        while (poll()) {}
    }

    /** Compares with what the request answers alone: all of it, or the beginning where the answer was cut short. */
    void check(int contextTokensMax) {
        ExpectedAnswer expected = ExpectedAnswer.of(request, contextTokensMax);
        Finished end = end();
        String where = request + ": expected " + expected + ", received " + tokenIds + " '" + text + "' " + end;
        if (cancelled) {
            if (end.outputTokens() > expected.tokenIds().size()) {
                throw new AssertionError(where);
            }
            return; // unread tokens were dropped
        }
        boolean complete = end.reason() == expected.reason();
        boolean same = complete
                ? tokenIds.equals(expected.tokenIds()) && text.toString().equals(expected.text())
                : end.errorMessage() != null
                        && tokenIds.equals(expected.tokenIds().subList(0, tokenIds.size()))
                        && expected.text().startsWith(text.toString());
        boolean scored = tokenIds.isEmpty()
                || promptLogprobs.size()
                        == (request.promptLogprobCount() < 0 ? 0 : request.promptTokenIds().length - 1);
        if (!same || !scored || end.outputTokens() != tokenIds.size()) {
            throw new AssertionError(where);
        }
    }
}
