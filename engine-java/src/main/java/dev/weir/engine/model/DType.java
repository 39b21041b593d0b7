package dev.weir.engine.model;

import java.util.Arrays;
import java.util.Optional;

/**
 * The element types in which weights are stored and served. The quantized ones are GGUF's: along a row of a matrix, blocks of small
 * integers with scales between them, so that a row's length is a multiple of {@link #blockElements}.
 */
public enum DType {
    F32(1, 4, "float32"),
    F16(1, 2, "float16"),
    BF16(1, 2, "bfloat16"),
    Q8_0(32, 34, "q8_0"),
    Q4_0(32, 18, "q4_0"),
    Q4_1(32, 20, "q4_1"),
    Q5_0(32, 22, "q5_0"),
    Q5_1(32, 24, "q5_1"),
    Q4_K(256, 144, "q4_k"),
    Q5_K(256, 176, "q5_k"),
    Q6_K(256, 210, "q6_k");

    private final int blockElements;
    private final int blockBytes;
    private final String optionName;

    DType(int blockElements, int blockBytes, String optionName) {
        this.blockElements = blockElements;
        this.blockBytes = blockBytes;
        this.optionName = optionName;
    }

    /** Elements that are stored together: 1 where the type is not quantized. */
    public int blockElements() {
        return blockElements;
    }

    /** Bytes of one block; of one element where the type is not quantized. */
    public int blockBytes() {
        return blockBytes;
    }

    public boolean isQuantized() {
        return blockElements > 1;
    }

    /** The spelling on the command line and, of what is not quantized, in config.json. */
    public String optionName() {
        return optionName;
    }

    /** The type that an option names; empty for words such as {@code auto} that leave it open. */
    public static Optional<DType> ofOptionName(String name) {
        return Arrays.stream(values())
                .filter(type -> type.optionName.equals(name))
                .findFirst();
    }

    /** The enum's own name is the spelling in safetensors, which knows no blocks. */
    static Optional<DType> ofSafetensorsName(String name) {
        return Arrays.stream(values())
                .filter(type -> !type.isQuantized() && type.name().equals(name))
                .findFirst();
    }

    static Optional<DType> ofTorchName(String name) {
        return Arrays.stream(values())
                .filter(type -> !type.isQuantized() && type.optionName.equals(name))
                .findFirst();
    }
}
