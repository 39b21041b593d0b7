package dev.weir.engine.http;

import dev.weir.engine.http.GenerationDecoder.Prompts;
import dev.weir.engine.http.GenerationDecoder.Reading;
import dev.weir.engine.http.GenerationDecoder.Wanted;
import dev.weir.engine.http.GenerationEndpoint.Decoded;
import dev.weir.engine.request.SamplingParams;

/** Decodes {@code /v1/completions}: a prompt as text or as token ids, or a list of either. */
record CompletionDecoder(Serving serving, GenerationDecoder generation, HttpLimits limits) {

    /** OpenAI's default for text completions. */
    private static final int OUTPUT_TOKENS_DEFAULT = 16;

    /** The request of a text completion. */
    Decoded text(byte[] body) {
        GenerationCall call = decode(body);
        return new Decoded(call, head -> new TextFormat(head, call.answer(), call.logprobs()));
    }

    private GenerationCall decode(byte[] body) {
        JsonFields fields = JsonFields.of(Json.parseObject(body));
        ServedModel model = serving.model(fields.text("model"));
        UnsupportedFields.checkText(fields);
        int logprobCount = fields.integer("logprobs", 0, SamplingParams.LOGPROB_COUNT_MAX, SamplingParams.NO_LOGPROBS);
        boolean echo = fields.flag("echo", false);
        boolean promptTells = echo || fields.has("prompt_logprobs");
        int tokensMax = GenerationDecoder.outputTokensMax(fields, promptTells ? 0 : 1, OUTPUT_TOKENS_DEFAULT);
        PromptReader prompt = new PromptReader("prompt", limits.promptsMax());
        Prompts prompts = new Prompts(prompt.name(), prompt.read(fields, model.tokenizer()));
        // Where no answer is wanted one token is made all the same, and kept to ourselves: it is what ends a prompt.
        Wanted wanted = new Wanted(logprobCount, Math.max(1, tokensMax), echo, tokensMax == 0);
        return generation.decode(fields, model, prompts, wanted, Reading.plain(RequestedForm.of(fields)));
    }
}
