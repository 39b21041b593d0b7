package dev.weir.engine.http;

import dev.weir.engine.http.GenerationDecoder.Prompts;
import dev.weir.engine.http.GenerationDecoder.Reading;
import dev.weir.engine.request.SamplingParams;

/** Decodes {@code /v1/completions}: a prompt as text or as token ids, or a list of either. */
record CompletionDecoder(Serving serving, GenerationDecoder generation, HttpLimits limits) {

    /** OpenAI's default for text completions. */
    private static final int OUTPUT_TOKENS_DEFAULT = 16;

    GenerationCall decode(byte[] body) {
        JsonFields fields = JsonFields.of(Json.parseObject(body));
        ServedModel model = serving.model(fields.text("model"));
        UnsupportedFields.checkText(fields);
        int logprobCount = fields.integer("logprobs", 0, SamplingParams.LOGPROB_COUNT_MAX, SamplingParams.NO_LOGPROBS);
        int outputTokensMax = GenerationDecoder.outputTokensMax(fields, OUTPUT_TOKENS_DEFAULT);
        PromptReader prompt = new PromptReader("prompt", limits.promptsMax());
        Prompts prompts = new Prompts(prompt.name(), prompt.read(fields, model.tokenizer()));
        return generation.decode(
                fields, model, prompts, logprobCount, outputTokensMax, Reading.plain(RequestedForm.of(fields)));
    }
}
