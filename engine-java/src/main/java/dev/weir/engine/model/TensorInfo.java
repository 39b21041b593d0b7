package dev.weir.engine.model;

import java.util.List;

/**
 * Where one tensor lies: row-major and dense.
 *
 * @param name Hugging Face's, e.g. {@code model.layers.0.self_attn.q_proj.weight}
 * @param fileIndex into {@link WeightsIndex#files}
 * @param offsetBytes from the start of the file
 * @param sizeBytes the product of the shape times the element's size
 * @param storage what was done to the tensor of that name before it was stored
 */
public record TensorInfo(
        String name, int fileIndex, DType dtype, List<Long> shape, long offsetBytes, long sizeBytes, Storage storage) {

    /** How the stored tensor differs from the one that its name promises. Native code undoes it, exactly and without a copy. */
    public enum Storage {
        /** Not at all. */
        AS_NAMED,
        /** Of each head, rows i and i + half a head stand next to each other, for RoPE that turns neighbours. */
        PAIRED_ROWS,
        /** Every element holds 1 + w, for a norm that multiplies by it. */
        ONE_PLUS
    }

    public TensorInfo {
        shape = List.copyOf(shape);
    }

    /** One that is stored as its name promises. */
    public TensorInfo(String name, int fileIndex, DType dtype, List<Long> shape, long offsetBytes, long sizeBytes) {
        this(name, fileIndex, dtype, shape, offsetBytes, sizeBytes, Storage.AS_NAMED);
    }
}
