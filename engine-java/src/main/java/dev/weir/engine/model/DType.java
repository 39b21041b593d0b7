package dev.weir.engine.model;

import java.util.Arrays;
import java.util.Optional;

/** The element types in which weights are served. */
public enum DType {
    F32(4, "float32"),
    F16(2, "float16"),
    BF16(2, "bfloat16");

    private final int sizeBytes;
    private final String torchName;

    DType(int sizeBytes, String torchName) {
        this.sizeBytes = sizeBytes;
        this.torchName = torchName;
    }

    /** Of one element. */
    public int sizeBytes() {
        return sizeBytes;
    }

    /** The spelling in config.json and on the command line; the enum's own name is the spelling in safetensors. */
    public String torchName() {
        return torchName;
    }

    static Optional<DType> ofSafetensorsName(String name) {
        return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
    }

    static Optional<DType> ofTorchName(String name) {
        return Arrays.stream(values())
                .filter(type -> type.torchName.equals(name))
                .findFirst();
    }
}
