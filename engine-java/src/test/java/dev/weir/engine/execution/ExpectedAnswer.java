package dev.weir.engine.execution;

import dev.weir.engine.request.Constraint;
import dev.weir.engine.request.FinishReason;
import dev.weir.engine.request.GenerationRequest;
import dev.weir.engine.request.LogitRules;
import dev.weir.engine.request.StopConditions;
import dev.weir.engine.sampling.ReferenceSampler;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What a request answers when it runs alone, found by the shortest road: no engine, no blocks, no steps. */
record ExpectedAnswer(List<Integer> tokenIds, String text, FinishReason reason) {

    static ExpectedAnswer of(GenerationRequest request, int contextTokensMax) {
        long state = FakeModel.start(request.adapterId());
        for (int tokenId : request.promptTokenIds()) {
            state = FakeModel.advance(state, tokenId);
        }
        StopConditions stop = request.stop();
        Constraint.@Nullable Progress form =
                request.constraint() == null ? null : request.constraint().begin();
        int promptTokens = request.promptTokenIds().length;
        int outputTokensMax = Math.min(stop.outputTokensMax(), contextTokensMax - promptTokens);
        List<Integer> tokenIds = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        int unsearched = 0;
        while (tokenIds.size() < outputTokensMax) {
            float[] logits = shifted(FakeModel.logits(state), request, tokenIds);
            ReferenceSampler row =
                    form == null ? new ReferenceSampler(logits) : ReferenceSampler.of(logits, form.allowedTokens());
            int tokenId = row.sample(request.sampling(), promptTokens + tokenIds.size());
            state = FakeModel.advance(state, tokenId);
            tokenIds.add(tokenId);
            if (stop.endWith(tokenId)) {
                return new ExpectedAnswer(tokenIds, text.toString(), FinishReason.STOP);
            }
            text.append(LetterTokenizer.letter(tokenId));
            if (tokenIds.size() < stop.outputTokensMin()) {
                unsearched = text.length();
            }
            int shown = unsearched + shownCharacters(text.substring(unsearched), stop.stopStrings());
            if (shown < text.length()) {
                return new ExpectedAnswer(tokenIds, text.substring(0, shown), FinishReason.STOP);
            }
            if (form != null && form.accept(tokenId) && form.isComplete()) {
                return new ExpectedAnswer(tokenIds, text.toString(), FinishReason.STOP);
            }
        }
        return new ExpectedAnswer(tokenIds, text.toString(), FinishReason.LENGTH);
    }

    /** The rules as they are told to callers. */
    private static float[] shifted(float[] logits, GenerationRequest request, List<Integer> tokenIds) {
        LogitRules rules = request.sampling().rules();
        for (int id = 0; id < logits.length; id++) {
            int token = id;
            long count = tokenIds.stream().filter(other -> other == token).count();
            boolean seen = count > 0 || IntStream.of(request.promptTokenIds()).anyMatch(other -> other == token);
            if (seen) {
                float penalty = rules.repetitionPenalty();
                logits[id] = logits[id] > 0 ? logits[id] / penalty : logits[id] * penalty;
            }
            float bias = rules.bias().getOrDefault(id, 0f);
            if (count > 0) {
                bias -= rules.presencePenalty() + rules.frequencyPenalty() * count;
            }
            boolean barred = tokenIds.size() < request.stop().outputTokensMin()
                    && request.stop().endWith(id);
            logits[id] = barred ? Float.NEGATIVE_INFINITY : logits[id] + bias;
        }
        return logits;
    }

    private static int shownCharacters(String text, List<String> stopStrings) {
        return stopStrings.stream()
                .filter(text::endsWith)
                .mapToInt(stopString -> text.length() - stopString.length())
                .min()
                .orElse(text.length());
    }
}
