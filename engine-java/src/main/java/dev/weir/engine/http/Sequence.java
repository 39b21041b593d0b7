package dev.weir.engine.http;

import dev.weir.engine.request.TokenEvent.Finished;
import dev.weir.engine.request.TokenEvent.Token;
import dev.weir.engine.streaming.TokenStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One choice of an answer while it is written: its stream, and what was polled of it and not yet sent. */
final class Sequence {

    private final int index;
    private final int[] promptTokenIds;
    private final TokenStream stream;
    private final StringBuilder text = new StringBuilder();
    private final List<Token> tokens = new ArrayList<>();
    private @Nullable Finished finished;
    private int outputTokens;
    private int textOffset;
    private boolean opened;

    Sequence(int index, int[] promptTokenIds, TokenStream stream) {
        this.index = index;
        this.promptTokenIds = promptTokenIds;
        this.stream = stream;
    }

    int index() {
        return index;
    }

    int[] promptTokenIds() {
        return promptTokenIds;
    }

    TokenStream stream() {
        return stream;
    }

    void add(Token token) {
        text.append(token.text());
        tokens.add(token);
        outputTokens++;
    }

    void finish(Finished end) {
        text.append(end.text());
        finished = end;
    }

    /** Text that was polled and not yet sent. */
    String text() {
        return text.toString();
    }

    /** Tokens that were polled and not yet sent. */
    List<Token> tokens() {
        return tokens;
    }

    @Nullable
    Finished finished() {
        return finished;
    }

    int outputTokens() {
        return outputTokens;
    }

    /** True the first time: what opens a choice is sent once. */
    boolean open() {
        boolean first = !opened;
        opened = true;
        return first;
    }

    /** Where the next token's text begins in the choice's text, by the spelling of its tokens. */
    int textOffset() {
        return textOffset;
    }

    void advanceTextOffset(int chars) {
        textOffset += chars;
    }

    /** What was polled has been sent. */
    void sent() {
        text.setLength(0);
        tokens.clear();
    }
}
