package dev.weir.engine.model;

import java.util.List;

/**
 * Where one tensor lies: row-major and dense.
 *
 * @param name Hugging Face's, e.g. {@code model.layers.0.self_attn.q_proj.weight}
 * @param fileIndex into {@link WeightsIndex#files}
 * @param offsetBytes from the start of the file
 * @param sizeBytes the product of the shape times the element's size
 */
public record TensorInfo(String name, int fileIndex, DType dtype, List<Long> shape, long offsetBytes, long sizeBytes) {

    public TensorInfo {
        shape = List.copyOf(shape);
    }
}
