package dev.weir.control.ingress;

import dev.weir.control.completion.CompletionRequest;

/** Guards do not let a prompt on to a model, which has not been asked; another may be. */
final class PromptBlocked extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient CompletionRequest request;
    private final String note;

    /**
     * A prompt that is not let on.
     *
     * @param request with the model that is not asked
     * @param why for the caller
     * @param note for the ledger
     */
    PromptBlocked(CompletionRequest request, String why, String note) {
        super("the prompt is refused: " + why, null, false, false);
        this.request = request;
        this.note = note;
    }

    CompletionRequest request() {
        return request;
    }

    String note() {
        return note;
    }

    /** What the caller is told where no other model is asked. */
    Refusal refusal() {
        return new Refusal(OpenAiError.refused(400, String.valueOf(getMessage()), "prompt_blocked"));
    }
}
