package dev.weir.engine.execution;

import dev.weir.engine.request.Constraint;
import dev.weir.engine.request.FinishReason;
import dev.weir.engine.request.GenerationRequest;
import dev.weir.engine.request.StopConditions;
import java.util.ArrayList;
import java.util.List;
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
        while (tokenIds.size() < outputTokensMax) {
            int tokenId = FakeModel.row(state, form == null ? null : form.allowedTokens())
                    .sample(request.sampling(), promptTokens + tokenIds.size());
            state = FakeModel.advance(state, tokenId);
            tokenIds.add(tokenId);
            if (stop.endWith(tokenId)) {
                return new ExpectedAnswer(tokenIds, text.toString(), FinishReason.STOP);
            }
            text.append(LetterTokenizer.letter(tokenId));
            int shown = shownCharacters(text, stop.stopStrings());
            if (shown < text.length()) {
                return new ExpectedAnswer(tokenIds, text.substring(0, shown), FinishReason.STOP);
            }
            if (form != null && form.accept(tokenId) && form.isComplete()) {
                return new ExpectedAnswer(tokenIds, text.toString(), FinishReason.STOP);
            }
        }
        return new ExpectedAnswer(tokenIds, text.toString(), FinishReason.LENGTH);
    }

    private static int shownCharacters(CharSequence text, List<String> stopStrings) {
        return stopStrings.stream()
                .filter(text.toString()::endsWith)
                .mapToInt(stopString -> text.length() - stopString.length())
                .min()
                .orElse(text.length());
    }
}
