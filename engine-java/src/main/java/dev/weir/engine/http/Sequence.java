package dev.weir.engine.http;

import dev.weir.engine.answer.AnswerParser;
import dev.weir.engine.answer.AnswerPart;
import dev.weir.engine.request.FinishReason;
import dev.weir.engine.request.TokenEvent.Finished;
import dev.weir.engine.request.TokenEvent.Token;
import dev.weir.engine.request.TokenEvent.TokenLogprobs;
import dev.weir.engine.streaming.TokenStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One choice of an answer while it is written: its stream, and what was polled of it and not yet sent. */
final class Sequence {

    /**
     * What it continues.
     *
     * @param echo what of it the answer's text begins with
     */
    @SuppressWarnings("ArrayRecordComponent") // a prompt of 100,000 ids is not boxed
    record Prompt(int[] tokenIds, String echo) {}

    private final int index;
    private final Prompt prompt;
    private final boolean promptOnly;
    private final TokenStream stream;
    private final AnswerParser parser;
    private final List<AnswerPart> parts = new ArrayList<>();
    private final List<Token> tokens = new ArrayList<>();

    /** Those of them that the content consists of. */
    private final List<Token> contentTokens = new ArrayList<>();

    /** Tokens of which it is not known yet whether the content has them. */
    private final List<Token> undecided = new ArrayList<>();

    private long contentChars;
    private List<TokenLogprobs> promptLogprobs = List.of();
    private @Nullable Finished finished;
    private int outputTokens;
    private int reasoningTokens;
    private int textOffset;
    private boolean opened;

    Sequence(int index, Prompt prompt, TokenStream stream, AnswerParser parser, boolean promptOnly) {
        this.index = index;
        this.prompt = prompt;
        this.promptOnly = promptOnly;
        this.stream = stream;
        this.parser = parser;
    }

    int index() {
        return index;
    }

    int[] promptTokenIds() {
        return prompt.tokenIds();
    }

    TokenStream stream() {
        return stream;
    }

    /** What the answer's text begins with. */
    String echo() {
        return prompt.echo();
    }

    void score(List<TokenLogprobs> logprobs) {
        promptLogprobs = logprobs;
    }

    /** Of each prompt token but the first; empty where nobody asked. */
    List<TokenLogprobs> promptLogprobs() {
        return promptLogprobs;
    }

    void add(Token token) {
        if (promptOnly) {
            return;
        }
        boolean reasoned = parser.isReasoning();
        parser.read(token.text());
        reasoningTokens += reasoned || parser.isReasoning() ? 1 : 0;
        tokens.add(token);
        outputTokens++;
        undecided.add(token);
        decide(parser.holdsText() || token.text().isEmpty());
    }

    /** A token is one of the content if it made that longer, by itself or with those that follow. */
    private void decide(boolean laterMayTell) {
        if (parser.contentChars() > contentChars) {
            contentChars = parser.contentChars();
            contentTokens.addAll(undecided);
            undecided.clear();
        } else if (!laterMayTell) {
            undecided.clear();
        }
    }

    void finish(Finished end) {
        finished = promptOnly ? withoutAnswer(end) : end;
        parser.read(finished.text());
        parts.addAll(parser.finish());
        decide(false);
    }

    private static Finished withoutAnswer(Finished end) {
        boolean whole = end.reason() == FinishReason.STOP || end.reason() == FinishReason.LENGTH;
        return new Finished(
                whole ? FinishReason.LENGTH : end.reason(),
                "",
                end.promptTokens(),
                end.cachedTokens(),
                0,
                null,
                end.errorMessage(),
                end.times());
    }

    /** What was said since the last sending, as far as it is certain. */
    List<AnswerPart> parts() {
        parts.addAll(parser.append(""));
        return parts;
    }

    /** The content of {@link #parts}: of text that is read as it stands, all of it. */
    String text() {
        StringBuilder text = new StringBuilder();
        for (AnswerPart part : parts()) {
            if (part instanceof AnswerPart.Content(String more)) {
                text.append(more);
            }
        }
        return text.toString();
    }

    boolean callsTools() {
        return parser.callCount() > 0;
    }

    /** Tokens that the model spent on reasoning, its marks included. */
    int reasoningTokens() {
        return reasoningTokens;
    }

    /** Tokens that were polled and not yet sent. */
    List<Token> tokens() {
        return tokens;
    }

    /** Those of {@link #tokens}, and of earlier ones about which it was not certain, that the content consists of. */
    List<Token> contentTokens() {
        return contentTokens;
    }

    @Nullable
    Finished finished() {
        return finished;
    }

    int outputTokens() {
        return outputTokens;
    }

    boolean isUnopened() {
        return !opened;
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
        parts.clear();
        tokens.clear();
        contentTokens.clear();
    }
}
