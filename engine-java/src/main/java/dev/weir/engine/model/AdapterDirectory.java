package dev.weir.engine.model;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A LoRA adapter as PEFT saves it, checked as far as it can be without its model.
 *
 * @param path the directory
 * @param tensors two of each adapted projection, called {@code <projection>.lora_A.weight} and {@code <projection>.lora_B.weight} after
 *     the projection's name in the model's files
 */
public record AdapterDirectory(Path path, AdapterConfig config, List<TensorInfo> tensors) {

    private static final String CONFIG_FILE = "adapter_config.json";
    private static final String WEIGHTS_FILE = "adapter_model.safetensors";
    private static final String PICKLED_FILE = "adapter_model.bin";

    /** What PEFT wraps a model in, and puts before the names of everything within. */
    private static final String WRAPPER = "base_model.model.";

    public AdapterDirectory {
        tensors = List.copyOf(tensors);
    }

    /**
     * Opens and checks a directory.
     *
     * @throws ModelFormatException where it cannot be served, in one line
     */
    public static AdapterDirectory open(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new ModelFormatException(directory, "is no directory; give the one that holds " + CONFIG_FILE);
        }
        AdapterConfig config = AdapterConfig.read(JsonFields.of(directory.resolve(CONFIG_FILE)));
        Path file = directory.resolve(WEIGHTS_FILE);
        if (!Files.exists(file) && Files.exists(directory.resolve(PICKLED_FILE))) {
            throw new ModelFormatException(
                    directory.resolve(PICKLED_FILE), "is not read, for a pickle may run code; save as safetensors");
        }
        List<TensorInfo> tensors = SafetensorsHeader.read(file, 0).stream()
                .map(AdapterDirectory::unwrapped)
                .toList();
        if (tensors.isEmpty()) {
            throw new ModelFormatException(file, "holds no tensor; save the adapter again");
        }
        return new AdapterDirectory(directory, config, tensors);
    }

    /** The file that the tensors lie in. */
    public Path file() {
        return path.resolve(WEIGHTS_FILE);
    }

    /** Of all tensors together. */
    public long sizeBytes() {
        return tensors.stream().mapToLong(TensorInfo::sizeBytes).sum();
    }

    private static TensorInfo unwrapped(TensorInfo tensor) {
        String name = tensor.name();
        return new TensorInfo(
                name.startsWith(WRAPPER) ? name.substring(WRAPPER.length()) : name,
                tensor.fileIndex(),
                tensor.dtype(),
                tensor.shape(),
                tensor.offsetBytes(),
                tensor.sizeBytes());
    }
}
