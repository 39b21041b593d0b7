package dev.weir.engine.lifecycle;

import dev.weir.engine.answer.ReasoningFormat;
import dev.weir.engine.answer.ToolFormat;
import dev.weir.engine.model.TensorTypes;
import dev.weir.engine.request.Pooling;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How one model is loaded; the engine's command line gives what a load does not say.
 *
 * @param types how weights and KV cache are held
 * @param kvCacheBytes of the model's KV cache; empty: chosen by what memory is free
 * @param contextTokensMax longest sequence, prompt and answer together; empty: what the model allows
 * @param pooling how the hidden states of a text become one vector; null: what the model's directory says, else its last token's
 * @param reasoning the marks of its reasoning; null: what its chat template says
 * @param calls how it calls tools; null: what its chat template says
 */
public record ModelSettings(
        TensorTypes types,
        OptionalLong kvCacheBytes,
        OptionalInt contextTokensMax,
        @Nullable Pooling pooling,
        @Nullable ReasoningFormat reasoning,
        @Nullable ToolFormat calls) {

    public ModelSettings {
        if (kvCacheBytes.isPresent() && kvCacheBytes.getAsLong() < 1) {
            throw new IllegalArgumentException("kvCacheBytes must be positive: " + kvCacheBytes.getAsLong());
        }
        if (contextTokensMax.isPresent() && contextTokensMax.getAsInt() < 2) {
            throw new IllegalArgumentException("contextTokensMax must be at least 2: " + contextTokensMax.getAsInt());
        }
    }

    /** One whose chat template says how it writes answers. */
    public ModelSettings(
            TensorTypes types, OptionalLong kvCacheBytes, OptionalInt contextTokensMax, @Nullable Pooling pooling) {
        this(types, kvCacheBytes, contextTokensMax, pooling, null, null);
    }

    /** As stored, as large as sensible, as long as the model allows. */
    public static ModelSettings defaults() {
        return new ModelSettings(TensorTypes.asStored(), OptionalLong.empty(), OptionalInt.empty(), null);
    }
}
