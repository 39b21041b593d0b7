package dev.weir.engine.model.gguf;

import dev.weir.engine.model.DType;
import dev.weir.engine.model.ModelFormatException;
import dev.weir.engine.model.TensorInfo;
import dev.weir.engine.model.TensorInfo.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tensors of a model's files, by the names of their source. */
final class GgufTensors {

    static final String EMBEDDINGS = "token_embd.weight";
    static final String LM_HEAD = "output.weight";
    static final String ROPE_FACTORS = "rope_freqs.weight";
    static final String ROPE_FACTORS_SHORT = "rope_factors_short.weight";
    static final String ROPE_FACTORS_LONG = "rope_factors_long.weight";

    /** These are read into the configuration. */
    private static final Set<String> CONFIGURATION = Set.of(ROPE_FACTORS, ROPE_FACTORS_SHORT, ROPE_FACTORS_LONG);

    private static final int CONFIGURATION_ELEMENTS_MAX = 1 << 10;

    private static final Map<String, String> OUTSIDE_LAYERS = Map.of(
            EMBEDDINGS,
            "model.embed_tokens.weight",
            "output_norm.weight",
            "model.norm.weight",
            LM_HEAD,
            "lm_head.weight");

    private static final Pattern IN_LAYER =
            Pattern.compile("blk\\.(\\d{1,9})\\.(\\w+?)(?:\\.(\\d{1,9}))?\\.(weight|bias)");

    private final List<GgufFile> files;
    private final GgufArchitecture architecture;
    private final boolean mixtral;

    GgufTensors(List<GgufFile> files, GgufArchitecture architecture, boolean mixtral) {
        this.files = List.copyOf(files);
        this.architecture = architecture;
        this.mixtral = mixtral;
    }

    /** By the file's own name. */
    Optional<TensorInfo> stored(String ggufName) {
        return files.stream()
                .flatMap(file -> file.tensors().stream())
                .filter(tensor -> tensor.name().equals(ggufName))
                .findFirst();
    }

    /** The numbers of a small tensor that belongs to the configuration; empty where there is none. */
    List<Double> values(String ggufName) {
        Optional<TensorInfo> found = stored(ggufName);
        if (found.isEmpty()) {
            return List.of();
        }
        TensorInfo tensor = found.get();
        if (tensor.dtype() != DType.F32 || tensor.sizeBytes() > (long) CONFIGURATION_ELEMENTS_MAX * Float.BYTES) {
            throw refused(
                    tensor,
                    "must be in F32 with at most " + CONFIGURATION_ELEMENTS_MAX + " elements; convert it again");
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) tensor.sizeBytes()).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel =
                FileChannel.open(files.get(tensor.fileIndex()).file())) {
            while (bytes.hasRemaining() && channel.read(bytes, tensor.offsetBytes() + bytes.position()) >= 0) {
                // a channel may return fewer bytes than asked for
            }
        } catch (IOException e) {
            throw GgufFile.unreadable(files.get(tensor.fileIndex()).file(), e);
        }
        List<Double> values = new ArrayList<>();
        for (bytes.flip(); bytes.remaining() >= Float.BYTES; ) {
            values.add((double) bytes.getFloat());
        }
        return values;
    }

    /** All but those that belong to the configuration. */
    List<TensorInfo> named() {
        List<TensorInfo> named = new ArrayList<>();
        for (GgufFile file : files) {
            for (TensorInfo tensor : file.tensors()) {
                if (!CONFIGURATION.contains(tensor.name())) {
                    add(tensor, named);
                }
            }
        }
        return named;
    }

    private void add(TensorInfo tensor, List<TensorInfo> named) {
        String outside = OUTSIDE_LAYERS.get(tensor.name());
        if (outside != null) {
            named.add(renamed(tensor, outside));
            return;
        }
        Matcher inside = IN_LAYER.matcher(tensor.name());
        if (!inside.matches()) {
            throw unknown(tensor);
        }
        String layer = "model.layers." + inside.group(1) + ".";
        String part = inside.group(2);
        Optional<String> expertName = expertPart(part.replaceFirst("_exps$", ""));
        if (part.endsWith("_exps") && expertName.isPresent()) {
            addExperts(tensor, layer, expertName.get(), named);
        } else if (inside.group(3) != null && expertName.isPresent()) {
            named.add(renamed(tensor, layer + expert(inside.group(3), expertName.get())));
        } else if (part.equals("ffn_gate_inp") && hasExperts()) {
            named.add(renamed(tensor, layer + (mixtral ? "block_sparse_moe" : "mlp") + ".gate.weight"));
        } else {
            String name = architecture.partName(part).orElseThrow(() -> unknown(tensor));
            named.add(renamed(tensor, layer + name + "." + inside.group(4)));
        }
    }

    /** An expert's matrix is one slice of the stack, and lies in one piece. */
    private void addExperts(TensorInfo stack, String layer, String expertName, List<TensorInfo> named) {
        if (stack.shape().size() != 3) {
            throw refused(stack, "must have three dimensions: " + stack.shape());
        }
        long expertCount = stack.shape().getFirst();
        if (expertCount > GgufConfig.EXPERT_COUNT_MAX) {
            throw refused(stack, "stacks " + expertCount + " experts, more than " + GgufConfig.EXPERT_COUNT_MAX);
        }
        List<Long> shape = stack.shape().subList(1, 3);
        long sizeBytes = stack.sizeBytes() / expertCount;
        for (int i = 0; i < expertCount; i++) {
            named.add(new TensorInfo(
                    layer + expert(Integer.toString(i), expertName),
                    stack.fileIndex(),
                    stack.dtype(),
                    shape,
                    stack.offsetBytes() + i * sizeBytes,
                    sizeBytes));
        }
    }

    private boolean hasExperts() {
        return mixtral || architecture == GgufArchitecture.QWEN3_MOE;
    }

    private Optional<String> expertPart(String part) {
        return !hasExperts()
                ? Optional.empty()
                : switch (part) {
                    case "ffn_gate" -> Optional.of(mixtral ? "w1" : "gate_proj");
                    case "ffn_up" -> Optional.of(mixtral ? "w3" : "up_proj");
                    case "ffn_down" -> Optional.of(mixtral ? "w2" : "down_proj");
                    default -> Optional.empty();
                };
    }

    private String expert(String index, String part) {
        return (mixtral ? "block_sparse_moe" : "mlp") + ".experts." + index + "." + part + ".weight";
    }

    private TensorInfo renamed(TensorInfo tensor, String name) {
        return new TensorInfo(
                name,
                tensor.fileIndex(),
                tensor.dtype(),
                tensor.shape(),
                tensor.offsetBytes(),
                tensor.sizeBytes(),
                storage(name));
    }

    private Storage storage(String name) {
        if (architecture.addsOneToNorms() && name.endsWith("norm.weight")) {
            return Storage.ONE_PLUS;
        }
        boolean turned = name.contains(".self_attn.q_proj.") || name.contains(".self_attn.k_proj.");
        return architecture.pairsRows() && turned ? Storage.PAIRED_ROWS : Storage.AS_NAMED;
    }

    private ModelFormatException unknown(TensorInfo tensor) {
        return refused(
                tensor,
                "is unknown for architecture " + architecture.ggufName()
                        + ", so that leaving it out could change every answer; serve the model from its Hugging Face directory");
    }

    private ModelFormatException refused(TensorInfo tensor, String problem) {
        return new ModelFormatException(
                files.get(tensor.fileIndex()).file(), "tensor " + tensor.name() + " " + problem);
    }
}
