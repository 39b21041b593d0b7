package dev.weir.engine.http;

import dev.weir.engine.answer.AnswerRules;
import dev.weir.engine.request.GenerationRequest;
import dev.weir.engine.request.Pooling;
import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.request.ServiceTerms;
import dev.weir.engine.request.StopConditions;
import dev.weir.engine.tokenization.IncrementalDetokenizer;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A decoded completion request: every prompt is continued {@code choices} times.
 *
 * @param promptField the field that the prompts came from, for refusals
 * @param outputTokensMax 0: as many as the context leaves
 * @param outputTokensMin nothing else ends an answer before
 * @param form that every answer must have; null for none
 * @param rules how the text of answers is read
 * @param showsSpecialTokens whether special tokens are part of the text
 * @param told the first tokens of the answer, of which there is then only one; empty where it begins at its beginning
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
record GenerationCall(
        ServedModel model,
        String promptField,
        List<int[]> prompts,
        int choices,
        SamplingParams sampling,
        int outputTokensMax,
        int outputTokensMin,
        List<String> stopStrings,
        Set<Integer> stopTokenIds,
        boolean ignoreEos,
        @Nullable RequestedForm form,
        AnswerRules rules,
        boolean showsSpecialTokens,
        int[] told,
        ServiceWishes wishes,
        AnswerOptions answer) {

    /** The request of one sequence; prompts count first, as OpenAI numbers choices. */
    GenerationRequest request(String id, int index, ServiceTerms terms) {
        int[] prompt = prompts.get(index / choices);
        int room = Math.max(1, model.contextTokensMax() - prompt.length); // a prompt too long is admission's to refuse
        int tokensMax = outputTokensMax == 0 ? room : Math.min(outputTokensMax, room);
        GenerationRequest request = new GenerationRequest(
                id + "-" + index,
                prompt,
                sampling.ofChoice(index % choices),
                new StopConditions(
                        tokensMax,
                        Math.min(outputTokensMin, tokensMax),
                        stopStrings,
                        stopTokenIds,
                        model.defaults().eosTokenIds(),
                        ignoreEos),
                model.adapterId(),
                Pooling.NONE,
                terms);
        boolean toldElsewhere = told.length > 0 && answer.stream(); // with all that is to be said of its prompt
        GenerationRequest scoring = toldElsewhere ? request : request.scoringPrompt(answer.scoredPromptLogprobCount());
        GenerationRequest shown = showsSpecialTokens ? scoring.showingSpecialTokens() : scoring;
        return told.length == 0 ? shown : shown.resumed(told);
    }

    /** The same, drawn with another seed. */
    GenerationCall withSeed(long seed) {
        return new GenerationCall(
                model,
                promptField,
                prompts,
                choices,
                sampling.withSeed(seed),
                outputTokensMax,
                outputTokensMin,
                stopStrings,
                stopTokenIds,
                ignoreEos,
                form,
                rules,
                showsSpecialTokens,
                told,
                wishes,
                answer);
    }

    /** What an answer's text begins with. */
    String echo(int[] prompt) {
        if (!answer.echo()) {
            return "";
        }
        IncrementalDetokenizer detokenizer = model.tokenizer().detokenizer(new int[0], !showsSpecialTokens);
        StringBuilder text = new StringBuilder();
        for (int id : prompt) {
            text.append(detokenizer.append(id)); // half a character at the end comes with the answer's first tokens
        }
        return text.toString();
    }

    /** The JSON of log-probabilities, as the caller wants tokens spelled. */
    LogprobsJson logprobs() {
        return new LogprobsJson(model.tokenizer(), answer.tokensAsIds());
    }

    int sequenceCount() {
        return prompts.size() * choices;
    }
}
