package dev.weir.engine.model;

/**
 * What may differ between the layers of a model.
 *
 * @param attentionWindow most positions that a token attends to, its own included; 0: all up to its own
 * @param ropeIndex into {@link ModelConfig#ropes}
 * @param sparse experts instead of one MLP
 */
public record LayerShape(int attentionWindow, int ropeIndex, boolean sparse) {

    /** One MLP, the model's first RoPE, and no window. */
    public static final LayerShape PLAIN = new LayerShape(0, 0, false);

    public LayerShape {
        if (attentionWindow < 0 || attentionWindow > ModelConfig.CONTEXT_TOKENS_MAX) {
            throw new IllegalArgumentException(
                    "sliding_window must be in [1, " + ModelConfig.CONTEXT_TOKENS_MAX + "]: " + attentionWindow);
        }
        if (ropeIndex < 0) {
            throw new IllegalArgumentException("ropeIndex must not be negative: " + ropeIndex);
        }
    }
}
