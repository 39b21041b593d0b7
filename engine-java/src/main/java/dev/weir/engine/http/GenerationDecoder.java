package dev.weir.engine.http;

import dev.weir.engine.answer.AnswerRules;
import dev.weir.engine.model.GenerationDefaults;
import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.request.StopConditions;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What chat and text completions have in common: how to draw, when to stop, how to answer.
 *
 * @param seeds for requests that bring none
 */
record GenerationDecoder(HttpLimits limits, LongSupplier seeds) {

    private static final int STOP_TOKEN_IDS_MAX = 256;

    /** The prompts of a request and where they came from. */
    record Prompts(String field, List<int[]> tokenIds) {}

    /**
     * How much is wanted.
     *
     * @param logprobCount as in {@code SamplingParams}
     * @param tokensMax of an answer; 0: as many as the context leaves
     * @param echo the prompt, too
     * @param promptOnly no answer at all
     */
    record Wanted(int logprobCount, int tokensMax, boolean echo, boolean promptOnly) {}

    /**
     * How the text of the answers is read.
     *
     * @param form that it must have; null for none
     * @param marksAreSpecial marks that the rules know are special tokens of the model
     */
    record Reading(@Nullable RequestedForm form, AnswerRules rules, boolean marksAreSpecial) {

        /** As it stands. */
        static Reading plain(@Nullable RequestedForm form) {
            return new Reading(form, AnswerRules.plain(), false);
        }
    }

    GenerationCall decode(JsonFields fields, ServedModel model, Prompts prompts, Wanted wanted, Reading reading) {
        int choices = fields.integer("n", 1, limits.choicesMax(), 1);
        if (prompts.tokenIds().size() * choices > limits.sequencesMax()) {
            throw fields.refuse(
                    "n",
                    "times the number of prompts is " + prompts.tokenIds().size() * choices + ", the limit is "
                            + limits.sequencesMax());
        }
        AnswerOptions answer = answer(fields, wanted);
        return new GenerationCall(
                model,
                prompts.field(),
                prompts.tokenIds(),
                choices,
                sampling(fields, model, wanted.logprobCount()),
                wanted.tokensMax(),
                outputTokensMin(fields, wanted.tokensMax()),
                stopStrings(fields),
                stopTokenIds(fields, model),
                fields.flag("ignore_eos", false),
                reading.form(),
                reading.rules(),
                reading.marksAreSpecial() || !fields.flag("skip_special_tokens", true),
                told(fields, model, prompts.tokenIds().size() * choices),
                ServiceWishes.of(fields),
                answer);
    }

    /** The tokens that the answer is to go on behind. */
    private static int[] told(JsonFields fields, ServedModel model, int sequences) {
        int[] told = fields.ids("resume_token_ids", model.contextTokensMax());
        if (told.length > 0 && sequences > 1) {
            throw fields.refuse("resume_token_ids", "belong to one answer, and this request has " + sequences);
        }
        return told;
    }

    private SamplingParams sampling(JsonFields fields, ServedModel model, int logprobCount) {
        GenerationDefaults defaults = model.defaults();
        float temperature = fields.number(
                "temperature",
                0,
                SamplingParams.TEMPERATURE_MAX,
                Math.min(orElse(defaults.temperature(), 1), SamplingParams.TEMPERATURE_MAX));
        float topP = fields.number("top_p", 0, 1, orElse(defaults.topP(), 1));
        if (topP == 0) {
            throw fields.refuse("top_p", "must be above 0: for the most likely token set temperature to 0");
        }
        float minP = fields.number("min_p", 0, 1, orElse(defaults.minP(), 0));
        if (minP == 1) {
            throw fields.refuse("min_p", "must be below 1");
        }
        // vLLM's -1 and 0 both mean every token.
        int topKDefault = defaults.topK() == null ? 0 : defaults.topK();
        int topK = Math.max(0, fields.integer("top_k", -1, Integer.MAX_VALUE, topKDefault));
        long seed = fields.has("seed") ? fields.integer("seed", Long.MIN_VALUE, Long.MAX_VALUE, 0) : seeds.getAsLong();
        return new SamplingParams(
                temperature, topK, topP, minP, seed, logprobCount, LogitRulesReader.read(fields, model));
    }

    private static double orElse(@Nullable Float value, double otherwise) {
        return value == null ? otherwise : value;
    }

    /** {@code max_completion_tokens}, or its older name {@code max_tokens}. */
    static int outputTokensMax(JsonFields fields, int min, int absent) {
        int older = fields.integer("max_tokens", min, Integer.MAX_VALUE, absent);
        return fields.integer("max_completion_tokens", min, Integer.MAX_VALUE, older);
    }

    private static int outputTokensMin(JsonFields fields, int outputTokensMax) {
        int min = fields.integer("min_tokens", 0, Integer.MAX_VALUE, 0);
        if (outputTokensMax > 0 && min > outputTokensMax) {
            throw fields.refuse("min_tokens", "must not exceed the most tokens, " + outputTokensMax + ": " + min);
        }
        return min;
    }

    private static List<String> stopStrings(JsonFields fields) {
        List<String> strings = fields.texts("stop", StopConditions.STOP_STRINGS_MAX);
        if (strings.contains("")) {
            throw fields.refuse("stop", "must not hold an empty string");
        }
        if (strings.stream().anyMatch(StopConditions::hasHalfACharacter)) {
            throw fields.refuse("stop", "must consist of whole characters: it has an unpaired surrogate");
        }
        return strings;
    }

    private static Set<Integer> stopTokenIds(JsonFields fields, ServedModel model) {
        Set<Integer> ids = new TreeSet<>();
        for (int id : fields.ids("stop_token_ids", STOP_TOKEN_IDS_MAX)) {
            if (id >= model.tokenizer().vocabSize()) {
                throw fields.refuse(
                        "stop_token_ids",
                        "holds " + id + ", the vocabulary ends at "
                                + (model.tokenizer().vocabSize() - 1));
            }
            ids.add(id);
        }
        return ids;
    }

    private static AnswerOptions answer(JsonFields fields, Wanted wanted) {
        boolean stream = fields.flag("stream", false);
        boolean includeUsage = false;
        boolean continuousUsage = false;
        JsonFields options = fields.object("stream_options").orElse(null);
        if (options != null) {
            if (!stream) {
                throw fields.refuse("stream_options", "is only allowed with stream set to true");
            }
            includeUsage = options.flag("include_usage", false);
            continuousUsage = includeUsage && options.flag("continuous_usage_stats", false);
        }
        return new AnswerOptions(
                stream,
                includeUsage,
                continuousUsage,
                fields.flag("return_token_ids", false),
                fields.flag("return_tokens_as_token_ids", false),
                wanted.logprobCount(),
                promptLogprobCount(fields, stream),
                wanted.echo(),
                wanted.promptOnly());
    }

    private static int promptLogprobCount(JsonFields fields, boolean stream) {
        int count = fields.integer("prompt_logprobs", 0, SamplingParams.LOGPROB_COUNT_MAX, SamplingParams.NO_LOGPROBS);
        if (stream && count != SamplingParams.NO_LOGPROBS) {
            throw fields.refuse("prompt_logprobs", "are not streamed: leave out stream, or ask for echo and logprobs");
        }
        return count;
    }
}
