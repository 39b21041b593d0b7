package dev.weir.engine.model;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** The decoders that the native engine computes. */
public enum Architecture {
    LLAMA("llama", "LlamaForCausalLM"),
    MISTRAL("mistral", "MistralForCausalLM"),
    QWEN2("qwen2", "Qwen2ForCausalLM"),
    QWEN3("qwen3", "Qwen3ForCausalLM"),
    PHI3("phi3", "Phi3ForCausalLM"),
    GEMMA2("gemma2", "Gemma2ForCausalLM"),
    GEMMA3("gemma3_text", "Gemma3ForCausalLM"),
    OLMO2("olmo2", "Olmo2ForCausalLM"),
    MIXTRAL("mixtral", "MixtralForCausalLM"),
    QWEN3_MOE("qwen3_moe", "Qwen3MoeForCausalLM");

    private final String modelType;
    private final String className;

    Architecture(String modelType, String className) {
        this.modelType = modelType;
        this.className = className;
    }

    /** {@code model_type} of config.json. */
    public String modelType() {
        return modelType;
    }

    /** The one entry of {@code architectures} in config.json. */
    public String className() {
        return className;
    }

    static Optional<Architecture> ofModelType(String modelType) {
        return Arrays.stream(values())
                .filter(architecture -> architecture.modelType.equals(modelType))
                .findFirst();
    }

    static String supported() {
        return Arrays.stream(values())
                .map(architecture -> architecture.modelType + " (" + architecture.className + ")")
                .collect(Collectors.joining(", "));
    }
}
