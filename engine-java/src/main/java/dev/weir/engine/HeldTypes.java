package dev.weir.engine;

import dev.weir.engine.model.DType;
import dev.weir.engine.model.TensorInfo;
import dev.weir.engine.model.TensorTypes;
import dev.weir.engine.model.WeightsIndex;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The type that the native library will hold each tensor in, told before it does. docs/models.md has the rules, {@code weights.cpp} the
 * deed, and a test compares the two.
 *
 * @param asked what is asked for
 * @param tied the LM head is the embedding table
 */
record HeldTypes(TensorTypes asked, boolean tied) {

    private static final String EMBEDDINGS = "model.embed_tokens.weight";
    private static final String LM_HEAD = "lm_head.weight";
    private static final String ROUTER_END = ".gate.weight";

    DType of(TensorInfo tensor) {
        if (tensor.dtype().isQuantized() || tensor.shape().size() < 2) {
            return tensor.dtype();
        }
        return blocks(tensor).orElse(asked.weights() == DType.BF16 ? DType.BF16 : tensor.dtype());
    }

    /** Tables that are looked up and routers stay as stored; the LM head keeps six bits at least. */
    private Optional<DType> blocks(TensorInfo tensor) {
        DType quantize = asked.quantize();
        boolean lookedUp = tensor.name().equals(EMBEDDINGS) && !tied;
        if (quantize == null || lookedUp || tensor.name().endsWith(ROUTER_END)) {
            return Optional.empty();
        }
        boolean head = tensor.name().equals(LM_HEAD) || tensor.name().equals(EMBEDDINGS);
        DType wanted = head && quantize != DType.Q8_0 ? DType.Q6_K : quantize;
        return Stream.of(wanted, small(wanted))
                .filter(type -> tensor.shape().getLast() % type.blockElements() == 0)
                .findFirst();
    }

    /** For rows that 256 does not divide. */
    private static DType small(DType type) {
        return switch (type) {
            case Q4_K -> DType.Q4_1;
            case Q5_K -> DType.Q5_1;
            case Q6_K -> DType.Q8_0;
            case F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1 -> type;
        };
    }

    /** What keys and values are held as: where nobody says, as the embedding table, and half precision where that is quantized. */
    DType kvCache(WeightsIndex weights) {
        return Stream.of(Optional.ofNullable(asked.kvCache()), Optional.ofNullable(asked.weights()))
                .flatMap(Optional::stream)
                .findFirst()
                .orElseGet(() -> weights.tensor(EMBEDDINGS)
                        .map(this::of)
                        .map(held -> held.isQuantized() ? DType.F16 : held)
                        .orElse(DType.F32));
    }
}
