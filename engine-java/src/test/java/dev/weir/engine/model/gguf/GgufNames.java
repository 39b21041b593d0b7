package dev.weir.engine.model.gguf;

import java.util.List;

/** What converters call the tensors of a Hugging Face model: replacements, of which the first that fits a part is taken. */
final class GgufNames {

    private record Rule(String source, String target) {}

    private static final List<Rule> RULES = List.of(
            new Rule("model\\.embed_tokens\\.", "token_embd."),
            new Rule("model\\.norm\\.", "output_norm."),
            new Rule("lm_head\\.", "output."),
            new Rule("model\\.layers\\.(\\d+)\\.", "blk.$1."),
            new Rule("self_attn\\.qkv_proj\\.", "attn_qkv."),
            new Rule("self_attn\\.o_proj\\.", "attn_output."),
            new Rule("self_attn\\.([qkv])_proj\\.", "attn_$1."),
            new Rule("self_attn\\.([qk])_norm\\.", "attn_$1_norm."),
            new Rule("input_layernorm\\.", "attn_norm."),
            new Rule("pre_feedforward_layernorm\\.", "ffn_norm."),
            new Rule("post_feedforward_layernorm\\.", "post_ffw_norm."),
            new Rule("(?:block_sparse_moe|mlp)\\.gate\\.", "ffn_gate_inp."),
            new Rule("(?:block_sparse_moe|mlp)\\.experts\\.\\d+\\.(?:w1|gate_proj)\\.", "ffn_gate_exps."),
            new Rule("(?:block_sparse_moe|mlp)\\.experts\\.\\d+\\.(?:w3|up_proj)\\.", "ffn_up_exps."),
            new Rule("(?:block_sparse_moe|mlp)\\.experts\\.\\d+\\.(?:w2|down_proj)\\.", "ffn_down_exps."),
            new Rule("mlp\\.gate_up_proj\\.", "ffn_up."),
            new Rule("mlp\\.(gate|up|down)_proj\\.", "ffn_$1."));

    private GgufNames() {}

    static String ggufName(String modelType, String sourceName) {
        boolean normsBehindAttention = modelType.startsWith("gemma") || modelType.equals("olmo2");
        String name = sourceName.replaceFirst(
                "post_attention_layernorm\\.", normsBehindAttention ? "post_attention_norm." : "ffn_norm.");
        for (Rule rule : RULES) {
            name = name.replaceFirst(rule.source(), rule.target());
        }
        return name;
    }
}
