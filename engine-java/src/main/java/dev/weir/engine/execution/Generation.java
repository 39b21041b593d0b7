package dev.weir.engine.execution;

import dev.weir.engine.admission.Submission;
import dev.weir.engine.request.Constraint;
import dev.weir.engine.request.FinishReason;
import dev.weir.engine.request.GenerationRequest;
import dev.weir.engine.request.LogitRules;
import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.request.StopConditions;
import dev.weir.engine.request.TokenEvent;
import dev.weir.engine.request.TokenEvent.TokenLogprobs;
import dev.weir.engine.sampling.ShiftedLogits;
import dev.weir.engine.sampling.StopStrings;
import dev.weir.engine.scheduling.Sequence;
import dev.weir.engine.scheduling.StepResult;
import dev.weir.engine.streaming.TokenStream;
import dev.weir.engine.tokenization.IncrementalDetokenizer;
import dev.weir.engine.tokenization.Tokenizer;
import dev.weir.engine.usage.RequestTimeline;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A sequence with all that hangs on it outside of the scheduler: its text, its stop conditions, its stream, its times. */
final class Generation extends Sequence {

    private final GenerationRequest request;
    private final String id;
    private final StopConditions stop;
    private final int ownPromptTokens;
    private final int outputTokensMax;
    private final int logprobCount;
    private final TokenStream stream;
    private final IncrementalDetokenizer detokenizer;
    private final StopStrings stopStrings;
    private final RequestTimeline timeline;
    private final Constraint.@Nullable Progress form;
    private final @Nullable ShiftedLogits logits;
    private final List<TokenLogprobs> promptLogprobs = new ArrayList<>();
    private final PooledState pooled = new PooledState();
    private long fullSinceNanos;

    Generation(Submission submission, Tokenizer tokenizer, int contextTokensMax) {
        super(
                submission.request().promptTokenIds(),
                submission.request().sampling(),
                submission.request().adapterId(),
                submission.request().pooling(),
                submission.request().terms(),
                submission.request().promptLogprobCount());
        request = submission.request();
        id = submission.request().id();
        stop = submission.request().stop();
        ownPromptTokens = promptTokens() - request.toldTokens();
        outputTokensMax = Math.min(stop.outputTokensMax(), contextTokensMax - ownPromptTokens);
        logprobCount = submission.request().sampling().logprobCount();
        stream = submission.stream();
        int[] prompt = Arrays.copyOf(request.promptTokenIds(), ownPromptTokens);
        detokenizer = tokenizer.detokenizer(prompt, !request.specialTokensShown());
        stopStrings = new StopStrings(stop.stopStrings());
        timeline = new RequestTimeline(submission.submittedNanos());
        Constraint constraint = submission.request().constraint();
        form = constraint == null ? null : constraint.begin();
        if (form != null) {
            allowOnly(form.allowedTokens());
        }
        logits = shifted(prompt);
        if (logits != null) {
            shiftBy(logits.shifts());
        }
    }

    private @Nullable ShiftedLogits shifted(int[] prompt) {
        LogitRules rules = request.sampling().rules();
        Set<Integer> barred = stop.outputTokensMin() > 0 ? stop.endingTokenIds() : Set.of();
        return rules.areNone() && barred.isEmpty() ? null : new ShiftedLogits(rules, prompt, barred);
    }

    /** What was admitted. */
    GenerationRequest request() {
        return request;
    }

    String id() {
        return id;
    }

    /** Nanoseconds until it is too late for its first token, negative after that; {@link Long#MAX_VALUE} if it never is. */
    long untilExpiryNanos(long nowNanos) {
        return request.terms().hasDeadline() && outputTokens() == 0
                ? request.terms().firstTokenMaxNanos() - timeline.sinceSubmissionNanos(nowNanos)
                : Long.MAX_VALUE;
    }

    int logprobCount() {
        return logprobCount;
    }

    TokenStream stream() {
        return stream;
    }

    RequestTimeline timeline() {
        return timeline;
    }

    /** Pauses while the stream is full; returns for how long it has been. */
    long pauseWhileFull(long nowNanos) {
        boolean full = stream.isFull();
        if (full && !isPaused()) {
            fullSinceNanos = nowNanos;
        }
        pause(full);
        return full ? fullForNanos(nowNanos) : 0;
    }

    long fullForNanos(long nowNanos) {
        return nowNanos - fullSinceNanos;
    }

    /** Takes in how likely the prompt's next token was. */
    void weighed(TokenLogprobs logprobs) {
        promptLogprobs.add(logprobs);
    }

    int promptLogprobCount() {
        return request.promptLogprobCount();
    }

    /** Streams the token that was just sampled; returns why it is the last one, or null. */
    @Nullable
    FinishReason publish(int tokenId, @Nullable TokenLogprobs logprobs) {
        if (outputTokens() == 1 && promptLogprobCount() != SamplingParams.NO_LOGPROBS) {
            stream.publish(new TokenEvent.PromptScored(promptLogprobs));
            promptLogprobs.clear();
        }
        stream.publish(new TokenEvent.Token(tokenId, textOf(tokenId, answerTokens()), logprobs));
        return end(tokenId, answerTokens());
    }

    /**
     * Goes over what was told before, as if it had just been sampled: text, stop strings, form and shifts are then where they were. Returns why
     * its last token is the answer's last one, or null.
     *
     * @throws IllegalStateException where the answer ends before these tokens do
     */
    @Nullable
    FinishReason retell() {
        int toldTokens = request.toldTokens();
        List<TokenEvent.Token> told = new ArrayList<>(toldTokens);
        FinishReason reason = null;
        for (int index = 0; index < toldTokens; index++) {
            if (reason != null) {
                throw new IllegalStateException("the answer ends with token " + index + " of the " + toldTokens
                        + " that it is to go on behind");
            }
            int tokenId = tokenId(ownPromptTokens + index);
            told.add(new TokenEvent.Token(tokenId, textOf(tokenId, index + 1), null));
            reason = end(tokenId, index + 1);
        }
        if (toldTokens > 0) {
            stream.publish(new TokenEvent.Told(told));
        }
        return reason;
    }

    private String textOf(int tokenId, int answerTokens) {
        if (stop.endWith(tokenId)) {
            return "";
        }
        String text = detokenizer.append(tokenId);
        return answerTokens < stop.outputTokensMin() ? text : stopStrings.append(text);
    }

    private @Nullable FinishReason end(int tokenId, int answerTokens) {
        shiftAfter(tokenId, answerTokens);
        if (stop.endWith(tokenId) || stopStrings.met() != null || completesForm(tokenId)) {
            return FinishReason.STOP;
        }
        return answerTokens == outputTokensMax ? FinishReason.LENGTH : null;
    }

    /** Tokens of the answer, those that were told before included. */
    private int answerTokens() {
        return request.toldTokens() + outputTokens();
    }

    private void shiftAfter(int tokenId, int answerTokens) {
        if (logits == null) {
            return;
        }
        logits.drawn(tokenId);
        if (answerTokens == stop.outputTokensMin()) {
            logits.unbar();
        }
    }

    /** Goes on in the answer's form; true where the token completes it, so that nothing can follow. */
    private boolean completesForm(int tokenId) {
        if (form == null) {
            return false;
        }
        if (!form.accept(tokenId)) {
            throw new IllegalStateException("token " + tokenId + " was drawn, which the answer's form does not allow");
        }
        boolean complete = form.isComplete();
        if (!complete) {
            allowOnly(form.allowedTokens());
        }
        return complete;
    }

    /** How many of the step's hidden states are this sequence's, when it was just given so many tokens. */
    int hiddenRows(int tokenCount) {
        return switch (pooling()) {
            case NONE -> 0;
            case MEAN -> tokenCount;
            case LAST_TOKEN -> pendingTokens() == 0 ? 1 : 0;
        };
    }

    /** Takes its hidden states; streams the vector and returns true once it has those of all its tokens. */
    boolean pool(StepResult result, int firstRow, int rows) {
        if (computedTokens() == rows) { // its first tokens, perhaps not for the first time
            pooled.clear();
        }
        pooled.add(result.hidden(), firstRow, rows, result.hiddenSize());
        if (pendingTokens() > 0) {
            return false;
        }
        stream.publish(new TokenEvent.Pooled(pooled.vector()));
        return true;
    }

    /** The last event: with it comes the text that was held back, unless the answer is cut off and nobody knows what it was to be. */
    TokenEvent.Finished finished(FinishReason reason, @Nullable String message, long nowNanos) {
        String text = "";
        boolean whole = reason == FinishReason.STOP || reason == FinishReason.LENGTH;
        if (whole && stopStrings.met() == null) {
            text = stopStrings.append(detokenizer.flush()) + stopStrings.flush();
        }
        FinishReason told = reason == FinishReason.LENGTH && stopStrings.met() != null ? FinishReason.STOP : reason;
        return new TokenEvent.Finished(
                told,
                text,
                ownPromptTokens,
                Math.min(cachedTokens(), ownPromptTokens),
                answerTokens(),
                stopStrings.met(),
                message,
                timeline.times(nowNanos));
    }
}
