package dev.weir.engine.model;

import org.jspecify.annotations.Nullable;

/**
 * How a model's tensors are held in memory.
 *
 * @param weights what unquantized matrices are held as; null: as stored
 * @param quantize the blocks into which matrices that are not quantized yet are turned at load; null: none
 * @param kvCache what keys and values are held as; null: what {@code weights} says, else what the file's weights suggest
 */
public record TensorTypes(
        @Nullable DType weights,
        @Nullable DType quantize,
        @Nullable DType kvCache) {

    public TensorTypes {
        if (weights != null && weights.isQuantized()) {
            throw new IllegalArgumentException(
                    "weights cannot be held as " + weights.optionName() + " that way: ask to quantize them");
        }
        if (quantize != null && !quantize.isQuantized()) {
            throw new IllegalArgumentException("weights cannot be quantized to " + quantize.optionName());
        }
        if (kvCache != null && kvCache.isQuantized() && kvCache != DType.Q8_0) {
            throw new IllegalArgumentException("keys and values cannot be held as " + kvCache.optionName());
        }
    }

    /** As the model's files have it. */
    public static TensorTypes asStored() {
        return of(null);
    }

    /** Weights and, with them, keys and values in one type; null: as stored. */
    public static TensorTypes of(@Nullable DType dtype) {
        return new TensorTypes(dtype, null, null);
    }
}
