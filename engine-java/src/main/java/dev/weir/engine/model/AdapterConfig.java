package dev.weir.engine.model;

import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * What {@code adapter_config.json} says of a LoRA adapter: to a projection's {@code y = W x} it adds {@code scale * B (A x)}.
 *
 * @param rank rows of every A, columns of every B
 */
public record AdapterConfig(int rank, float scale) {

    /** What the native engine has working memory for. */
    public static final int RANK_MAX = 256;

    /** What would change the computation, and is not computed; each is absent, null, false, "none" or empty in an adapter that is served. */
    private static final List<String> REFUSED = List.of(
            "use_dora",
            "lora_bias",
            "use_qalora",
            "fan_in_fan_out",
            "modules_to_save",
            "rank_pattern",
            "alpha_pattern",
            "layer_replication",
            "target_parameters",
            "trainable_token_indices",
            "alora_invocation_tokens");

    /** Ways to begin the training that change the model's own weights, so that the adapter does not fit the published ones. */
    private static final List<String> REFUSED_BEGINNINGS = List.of("pissa", "olora", "corda", "loftq");

    static AdapterConfig read(JsonFields fields) {
        String type = fields.string("peft_type").orElse("LORA");
        if (!type.equals("LORA")) {
            throw fields.refused("peft_type", "is " + type + ", only LORA is served");
        }
        REFUSED.forEach(name -> requireAbsent(fields, name));
        String bias = fields.string("bias").orElse("none");
        if (!bias.equals("none")) {
            throw fields.refused("bias", "is " + bias + ", which is not served; train with bias none");
        }
        requireUnchangedBase(fields);
        int rank = fields.requiredInt("r");
        if (rank < 1 || rank > RANK_MAX) {
            throw fields.refused("r", "is " + rank + ", the limit is " + RANK_MAX);
        }
        double alpha = fields.number("lora_alpha").orElseThrow(() -> fields.refused("lora_alpha", "is missing"));
        double scale = alpha / (fields.flag("use_rslora") ? Math.sqrt(rank) : rank);
        return new AdapterConfig(rank, (float) scale);
    }

    private static void requireAbsent(JsonFields fields, String name) {
        JsonNode node = fields.present(name);
        boolean absent =
                node == null || (node.isBoolean() && !node.booleanValue()) || (node.isContainer() && node.isEmpty());
        if (!absent) {
            throw fields.refused(
                    name, "is set, which is not served; train without it, or merge the adapter into the model");
        }
    }

    private static void requireUnchangedBase(JsonFields fields) {
        JsonNode beginning = fields.present("init_lora_weights");
        if (beginning == null || !beginning.isString()) {
            return;
        }
        String name = beginning.stringValue();
        if (REFUSED_BEGINNINGS.stream().anyMatch(name::startsWith)) {
            throw fields.refused(
                    "init_lora_weights",
                    "is " + name
                            + ", which changes the model's own weights; convert the adapter to plain LoRA when you save it");
        }
    }
}
