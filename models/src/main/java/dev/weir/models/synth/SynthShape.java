package dev.weir.models.synth;

import java.util.ArrayList;
import java.util.List;

/** The shapes of models that are in use, with a context that leaves room for long measurements. */
public enum SynthShape {
    LLAMA_TINY("llama-tiny", "for trying it out", Family.LLAMA, 1_024, 64, 128, 2, 4, 2, 16, 10_000, false),
    LLAMA_15M("llama-15m", "TinyStories 15M", Family.LLAMA, 32_000, 288, 768, 6, 6, 6, 48, 10_000, true),
    LLAMA_1B("llama-1b", "TinyLlama 1.1B", Family.LLAMA, 32_000, 2_048, 5_632, 22, 32, 4, 64, 10_000, false),
    LLAMA_8B("llama-8b", "Llama 3 8B", Family.LLAMA, 128_256, 4_096, 14_336, 32, 32, 8, 128, 500_000, false),
    QWEN_TINY("qwen-tiny", "for trying it out", Family.QWEN2, 1_024, 64, 128, 2, 4, 2, 16, 1_000_000, true),
    QWEN_05B("qwen-0.5b", "Qwen2.5 0.5B", Family.QWEN2, 151_936, 896, 4_864, 24, 14, 2, 64, 1_000_000, true),
    QWEN_15B("qwen-1.5b", "Qwen2.5 1.5B", Family.QWEN2, 151_936, 1_536, 8_960, 28, 12, 2, 128, 1_000_000, true),
    QWEN_7B("qwen-7b", "Qwen2.5 7B", Family.QWEN2, 152_064, 3_584, 18_944, 28, 28, 4, 128, 1_000_000, false);

    static final int CONTEXT_TOKENS = 8_192;
    static final float NORM_EPSILON = 1e-5f;

    /** What is computed with the tensors. */
    public enum Family {
        LLAMA("llama", "LlamaForCausalLM"),
        /** A Llama whose queries, keys and values have biases. */
        QWEN2("qwen2", "Qwen2ForCausalLM");

        private final String modelType;
        private final String huggingFaceClass;

        Family(String modelType, String huggingFaceClass) {
            this.modelType = modelType;
            this.huggingFaceClass = huggingFaceClass;
        }

        /** In {@code config.json}, and the architecture in GGUF. */
        String modelType() {
            return modelType;
        }

        String huggingFaceClass() {
            return huggingFaceClass;
        }
    }

    private final String optionName;
    private final String like;
    private final Family family;
    private final int vocabulary;
    private final int hidden;
    private final int intermediate;
    private final int layers;
    private final int heads;
    private final int kvHeads;
    private final int headSize;
    private final int ropeTheta;
    private final boolean tiedEmbeddings;

    SynthShape(
            String optionName,
            String like,
            Family family,
            int vocabulary,
            int hidden,
            int intermediate,
            int layers,
            int heads,
            int kvHeads,
            int headSize,
            int ropeTheta,
            boolean tiedEmbeddings) {
        this.optionName = optionName;
        this.like = like;
        this.family = family;
        this.vocabulary = vocabulary;
        this.hidden = hidden;
        this.intermediate = intermediate;
        this.layers = layers;
        this.heads = heads;
        this.kvHeads = kvHeads;
        this.headSize = headSize;
        this.ropeTheta = ropeTheta;
        this.tiedEmbeddings = tiedEmbeddings;
    }

    /** As the option spells it. */
    @Override
    public String toString() {
        return optionName;
    }

    /** The model that has this shape. */
    public String like() {
        return like;
    }

    Family family() {
        return family;
    }

    int vocabulary() {
        return vocabulary;
    }

    int hidden() {
        return hidden;
    }

    int intermediate() {
        return intermediate;
    }

    int layers() {
        return layers;
    }

    int heads() {
        return heads;
    }

    int kvHeads() {
        return kvHeads;
    }

    int headSize() {
        return headSize;
    }

    int ropeTheta() {
        return ropeTheta;
    }

    boolean tiedEmbeddings() {
        return tiedEmbeddings;
    }

    public long parameters() {
        return tensors().stream().mapToLong(SynthTensor::values).sum();
    }

    /** Every tensor, in the order in which files have them. */
    public List<SynthTensor> tensors() {
        List<SynthTensor> tensors = new ArrayList<>();
        tensors.add(SynthTensor.matrix("model.embed_tokens", "token_embd", vocabulary, hidden));
        for (int layer = 0; layer < layers; layer++) {
            addLayer(tensors, "model.layers." + layer + ".", "blk." + layer + ".");
        }
        tensors.add(SynthTensor.norm("model.norm", "output_norm", hidden));
        if (!tiedEmbeddings) {
            tensors.add(SynthTensor.matrix("lm_head", "output", vocabulary, hidden));
        }
        return tensors;
    }

    private void addLayer(List<SynthTensor> tensors, String huggingFace, String gguf) {
        int queries = heads * headSize;
        int keys = kvHeads * headSize;
        String attention = huggingFace + "self_attn.";
        tensors.add(SynthTensor.norm(huggingFace + "input_layernorm", gguf + "attn_norm", hidden));
        tensors.add(SynthTensor.matrix(attention + "q_proj", gguf + "attn_q", queries, hidden)
                .pairedIn(family, headSize));
        tensors.add(SynthTensor.matrix(attention + "k_proj", gguf + "attn_k", keys, hidden)
                .pairedIn(family, headSize));
        tensors.add(SynthTensor.matrix(attention + "v_proj", gguf + "attn_v", keys, hidden));
        if (family == Family.QWEN2) {
            tensors.add(SynthTensor.bias(attention + "q_proj", gguf + "attn_q", queries));
            tensors.add(SynthTensor.bias(attention + "k_proj", gguf + "attn_k", keys));
            tensors.add(SynthTensor.bias(attention + "v_proj", gguf + "attn_v", keys));
        }
        tensors.add(SynthTensor.matrix(attention + "o_proj", gguf + "attn_output", hidden, queries));
        tensors.add(SynthTensor.norm(huggingFace + "post_attention_layernorm", gguf + "ffn_norm", hidden));
        tensors.add(SynthTensor.matrix(huggingFace + "mlp.gate_proj", gguf + "ffn_gate", intermediate, hidden));
        tensors.add(SynthTensor.matrix(huggingFace + "mlp.up_proj", gguf + "ffn_up", intermediate, hidden));
        tensors.add(SynthTensor.matrix(huggingFace + "mlp.down_proj", gguf + "ffn_down", hidden, intermediate));
    }
}
