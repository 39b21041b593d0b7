package dev.weir.engine.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads what {@code config.json} says of each layer: its attention's window, the RoPE that goes with it, and whether it has experts. Which
 * fields count, and what they mean when they are left out, is as Transformers computes each architecture.
 */
final class LayerReader {

    private static final String FULL = "full_attention";
    private static final String SLIDING = "sliding_attention";

    private static final int WINDOW_DEFAULT = 4096;
    private static final int MAX_WINDOW_LAYERS_DEFAULT = 28;
    private static final int GEMMA2_PATTERN = 2;
    private static final int GEMMA3_PATTERN_DEFAULT = 6;

    private final JsonFields config;
    private final Architecture architecture;
    private final int layerCount;
    private final Set<Integer> denseLayers;

    LayerReader(JsonFields config, Architecture architecture) {
        this.config = config;
        this.architecture = architecture;
        this.layerCount = config.requiredInt("num_hidden_layers");
        this.denseLayers = Set.copyOf(config.integers("mlp_only_layers"));
        ModelConfig.requireSize("num_hidden_layers", layerCount, ModelConfig.LAYER_COUNT_MAX);
    }

    List<LayerShape> layers() {
        List<String> kinds = kinds();
        int window = kinds.contains(SLIDING) ? window() : 0;
        List<LayerShape> layers = new ArrayList<>();
        for (int layer = 0; layer < layerCount; layer++) {
            boolean sliding = kinds.get(layer).equals(SLIDING);
            boolean local = sliding && architecture == Architecture.GEMMA3;
            layers.add(new LayerShape(sliding ? window : 0, local ? RopeReader.GEMMA3_LOCAL : 0, isSparse(layer)));
        }
        return layers;
    }

    /** The kind of attention of each layer: as listed, where the architecture heeds a list, or by its rule. */
    private List<String> kinds() {
        List<String> listed = config.strings("layer_types");
        if (!listed.isEmpty() && listed.size() != layerCount) {
            throw config.refused(
                    "layer_types", "names " + listed.size() + " layers, but num_hidden_layers is " + layerCount);
        }
        List<String> ruled = new ArrayList<>();
        for (int layer = 0; layer < layerCount; layer++) {
            ruled.add(slides(layer) ? SLIDING : FULL);
        }
        if (listed.isEmpty()) {
            return ruled;
        }
        boolean heeded = switch (architecture) {
            case QWEN2, QWEN3, GEMMA2, GEMMA3 -> true;
            case LLAMA, MISTRAL, MIXTRAL, PHI3, QWEN3_MOE, OLMO2 -> false;
        };
        for (int layer = 0; layer < layerCount; layer++) {
            String kind = listed.get(layer);
            boolean known = heeded ? kind.equals(FULL) || kind.equals(SLIDING) : kind.equals(ruled.get(layer));
            if (!known) {
                throw config.refused(
                        "layer_types",
                        "gives layer " + layer + " \"" + kind + "\", but model_type \"" + architecture.modelType()
                                + "\" has " + (heeded ? FULL + " or " + SLIDING : ruled.get(layer)) + " there");
            }
        }
        return listed;
    }

    private boolean slides(int layer) {
        return switch (architecture) {
            case LLAMA, OLMO2 -> false;
            case MISTRAL -> config.has("sliding_window") || !config.mentions("sliding_window");
            case MIXTRAL, PHI3 -> config.has("sliding_window");
            case QWEN2, QWEN3 ->
                usesWindow() && layer >= config.integer("max_window_layers").orElse(MAX_WINDOW_LAYERS_DEFAULT);
            case QWEN3_MOE -> usesWindow();
            case GEMMA2 -> (layer + 1) % GEMMA2_PATTERN != 0;
            case GEMMA3 -> (layer + 1) % gemma3Pattern() != 0;
        };
    }

    /** Qwen writes a window into every config and says beside it whether it is used. */
    private boolean usesWindow() {
        return config.flag("use_sliding_window")
                && (config.has("sliding_window") || !config.mentions("sliding_window"));
    }

    private int gemma3Pattern() {
        int pattern = config.integer("sliding_window_pattern")
                .or(() -> config.integer("_sliding_window_pattern"))
                .orElse(GEMMA3_PATTERN_DEFAULT);
        ModelConfig.requireSize("sliding_window_pattern", pattern, ModelConfig.LAYER_COUNT_MAX);
        return pattern;
    }

    private int window() {
        boolean unused = switch (architecture) {
            case QWEN2, QWEN3 -> !usesWindow();
            default -> config.mentions("sliding_window") && !config.has("sliding_window");
        };
        if (unused) {
            throw config.refused(
                    "layer_types",
                    "asks for sliding_attention, but no sliding_window is in use; set it or correct the list");
        }
        int window = config.integer("sliding_window").orElse(WINDOW_DEFAULT);
        ModelConfig.requireSize("sliding_window", window, ModelConfig.CONTEXT_TOKENS_MAX);
        return window;
    }

    private boolean isSparse(int layer) {
        return switch (architecture) {
            case MIXTRAL -> true;
            case QWEN3_MOE -> (layer + 1) % sparseStep() == 0 && !denseLayers.contains(layer);
            case LLAMA, MISTRAL, QWEN2, QWEN3, PHI3, GEMMA2, GEMMA3, OLMO2 -> false;
        };
    }

    private int sparseStep() {
        int step = config.integer("decoder_sparse_step").orElse(1);
        ModelConfig.requireSize("decoder_sparse_step", step, ModelConfig.LAYER_COUNT_MAX);
        return step;
    }
}
