package dev.weir.engine.model;

import java.util.Optional;

/** What an MLP does to its gate. */
public enum Activation {
    SILU,
    GELU_TANH;

    static Optional<Activation> ofName(String name) {
        return switch (name) {
            case "silu", "swish" -> Optional.of(SILU);
            case "gelu_pytorch_tanh", "gelu_new" -> Optional.of(GELU_TANH);
            default -> Optional.empty();
        };
    }
}
