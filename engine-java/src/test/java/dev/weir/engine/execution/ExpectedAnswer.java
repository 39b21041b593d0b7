package dev.weir.engine.execution;

import dev.weir.engine.request.FinishReason;
import dev.weir.engine.request.GenerationRequest;
import dev.weir.engine.request.StopConditions;
import java.util.ArrayList;
import java.util.List;

/** What a request answers when it runs alone, found by the shortest road: no engine, no blocks, no steps. */
record ExpectedAnswer(List<Integer> tokenIds, String text, FinishReason reason) {

    static ExpectedAnswer of(GenerationRequest request, int contextTokensMax) {
        long state = FakeModel.start(request.adapterId());
        for (int tokenId : request.promptTokenIds()) {
            state = FakeModel.advance(state, tokenId);
        }
        StopConditions stop = request.stop();
        int promptTokens = request.promptTokenIds().length;
        int outputTokensMax = Math.min(stop.outputTokensMax(), contextTokensMax - promptTokens);
        List<Integer> tokenIds = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        while (tokenIds.size() < outputTokensMax) {
            int tokenId = FakeModel.next(state, request.sampling(), promptTokens + tokenIds.size());
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
