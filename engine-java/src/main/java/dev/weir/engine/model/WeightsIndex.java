package dev.weir.engine.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Where every tensor of a model lies, over one safetensors file or many. */
public final class WeightsIndex {

    public static final int FILE_COUNT_MAX = 1_000;

    private static final String SINGLE_FILE = "model.safetensors";
    private static final String INDEX_FILE = "model.safetensors.index.json";
    private static final String EXTENSION = ".safetensors";

    private final List<Path> files;
    private final SequencedMap<String, TensorInfo> tensorsByName;

    private WeightsIndex(List<Path> files, SequencedMap<String, TensorInfo> tensorsByName) {
        this.files = List.copyOf(files);
        this.tensorsByName = tensorsByName;
    }

    /** Reads the headers of a directory's weights: of its one file, or of the shards that its index names. */
    public static WeightsIndex read(Path directory) {
        Path single = directory.resolve(SINGLE_FILE);
        if (Files.exists(single)) {
            return ofFiles(List.of(single));
        }
        Path index = directory.resolve(INDEX_FILE);
        if (Files.exists(index)) {
            return ofShards(directory, index);
        }
        return ofFiles(List.of(onlySafetensorsFile(directory)));
    }

    /** An index of tensors whose places another format's reader has found and checked. */
    static WeightsIndex of(List<Path> files, List<TensorInfo> tensors) {
        SequencedMap<String, TensorInfo> tensorsByName = new LinkedHashMap<>();
        for (TensorInfo tensor : tensors) {
            if (tensorsByName.putIfAbsent(tensor.name(), tensor) != null) {
                throw new ModelFormatException(
                        files.get(tensor.fileIndex()), "holds tensor " + tensor.name() + " twice; convert it again");
            }
        }
        return new WeightsIndex(files, tensorsByName);
    }

    /** The files, in the order that {@link TensorInfo#fileIndex} counts. */
    public List<Path> files() {
        return files;
    }

    /** All tensors, file by file, in the order of their bytes. */
    public List<TensorInfo> tensors() {
        return List.copyOf(tensorsByName.values());
    }

    public Optional<TensorInfo> tensor(String name) {
        return Optional.ofNullable(tensorsByName.get(name));
    }

    /** Of all tensors together. */
    public long sizeBytes() {
        return tensorsByName.values().stream().mapToLong(TensorInfo::sizeBytes).sum();
    }

    private static WeightsIndex ofFiles(List<Path> files) {
        SequencedMap<String, TensorInfo> tensorsByName = new LinkedHashMap<>();
        for (int fileIndex = 0; fileIndex < files.size(); fileIndex++) {
            Path file = files.get(fileIndex);
            for (TensorInfo tensor : SafetensorsHeader.read(file, fileIndex)) {
                TensorInfo earlier = tensorsByName.putIfAbsent(tensor.name(), tensor);
                if (earlier != null) {
                    throw new ModelFormatException(
                            file,
                            "tensor " + tensor.name() + " is also in "
                                    + files.get(earlier.fileIndex()).getFileName() + "; remove one of them");
                }
            }
        }
        if (tensorsByName.isEmpty()) {
            throw new ModelFormatException(files.getFirst(), "holds no tensor; fetch it again");
        }
        return new WeightsIndex(files, tensorsByName);
    }

    private static WeightsIndex ofShards(Path directory, Path index) {
        Map<String, String> fileNamesByTensor = weightMap(index);
        Map<String, Path> files = new TreeMap<>();
        for (String fileName : fileNamesByTensor.values()) {
            if (!isPlainFileName(fileName)) {
                throw new ModelFormatException(
                        index,
                        "weight_map names the file \"" + fileName
                                + "\", which is no plain *.safetensors name in this directory; correct it");
            }
            files.computeIfAbsent(fileName, directory::resolve);
        }
        if (files.isEmpty() || files.size() > FILE_COUNT_MAX) {
            throw new ModelFormatException(
                    index, "weight_map names " + files.size() + " files, not 1 to " + FILE_COUNT_MAX);
        }
        WeightsIndex weights = ofFiles(List.copyOf(files.values()));
        fileNamesByTensor.forEach((name, fileName) -> {
            TensorInfo tensor = weights.tensorsByName.get(name);
            if (tensor == null || !weights.files.get(tensor.fileIndex()).endsWith(fileName)) {
                throw new ModelFormatException(
                        index,
                        "weight_map puts tensor " + name + " into " + fileName + ", which lacks it; fetch both again");
            }
        });
        return weights;
    }

    private static Map<String, String> weightMap(Path index) {
        JsonFields fields = JsonFields.of(index)
                .objectField("weight_map")
                .orElseThrow(() -> new ModelFormatException(index, "weight_map is missing; fetch the file again"));
        Map<String, String> fileNamesByTensor = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : fields.object().properties()) {
            fileNamesByTensor.put(
                    entry.getKey(),
                    fields.string(entry.getKey())
                            .orElseThrow(() -> fields.refused(entry.getKey(), "must be the name of a file")));
        }
        return fileNamesByTensor;
    }

    private static boolean isPlainFileName(String name) {
        return name.endsWith(EXTENSION)
                && name.length() > EXTENSION.length()
                && name.chars().noneMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c));
    }

    private static Path onlySafetensorsFile(Path directory) {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> entries = Files.list(directory)) {
            entries.filter(entry -> entry.toString().endsWith(EXTENSION))
                    .limit(2)
                    .forEach(found::add);
        } catch (IOException e) {
            throw JsonFile.unreadable(directory, e);
        }
        if (found.isEmpty()) {
            throw new ModelFormatException(
                    directory, "holds no *.safetensors file; other weight formats must be converted to safetensors");
        }
        if (found.size() > 1) {
            throw new ModelFormatException(
                    directory, "holds several *.safetensors files but no " + INDEX_FILE + "; add the index");
        }
        return found.getFirst();
    }
}
