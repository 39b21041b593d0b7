package dev.weir.models.evaluation;

import dev.weir.control.digest.Sha256;
import dev.weir.models.domain.EvaluationSet;
import dev.weir.models.domain.LabelledCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Outcomes in a file, and beside it which weights each model's answers are of: a model is not asked again before its weights, or the questions, are
 * others.
 *
 * @param demo where the models' directories are
 */
public record KeptOutcomes(Path file, Path demo) {
    private static final String WEIGHTS = "model.safetensors";

    /** The models whose answers are missing, or of other weights or questions. */
    public List<String> due(EvaluationSet set, List<String> models) throws IOException {
        Map<String, String> known = asksTheSame(set) ? digests() : Map.of();
        List<String> due = new ArrayList<>();
        for (String model : models) {
            if (!digest(model).equals(known.get(model))) {
                due.add(model);
            }
        }
        return due;
    }

    /** Keeps answers, beside those of models that were not asked. */
    public void put(EvaluationSet set, Outcomes answered, List<String> asked) throws IOException {
        boolean more = asksTheSame(set);
        Map<String, String> digests = more ? digests() : new TreeMap<>();
        for (String model : asked) {
            digests.put(model, digest(model));
        }
        // Whatever ends this in between leaves answers that are asked for again.
        Files.deleteIfExists(digestFile());
        (more ? Outcomes.read(file).with(answered) : answered).write(file);
        Files.writeString(digestFile(), JsonMapper.shared().writeValueAsString(digests) + "\n");
    }

    public Outcomes read() throws IOException {
        return Outcomes.read(file);
    }

    private boolean asksTheSame(EvaluationSet set) throws IOException {
        return Files.exists(file)
                && read().rows().stream()
                        .map(row -> new Asked(row.id(), row.messages()))
                        .toList()
                        .equals(set.cases().stream().map(Asked::new).toList());
    }

    private record Asked(String id, List<?> messages) {
        Asked(LabelledCase labelled) {
            this(labelled.id(), labelled.messages());
        }
    }

    private Map<String, String> digests() throws IOException {
        if (!Files.exists(digestFile())) {
            return new TreeMap<>();
        }
        try {
            return JsonMapper.shared()
                    .readValue(Files.readString(digestFile()), new TypeReference<TreeMap<String, String>>() {});
        } catch (JacksonException malformed) {
            throw new IOException(digestFile() + " names no weights: " + malformed.getOriginalMessage(), malformed);
        }
    }

    private Path digestFile() {
        return file.resolveSibling(file.getFileName() + ".weights");
    }

    private String digest(String model) throws IOException {
        return new Sha256()
                .add(Files.readAllBytes(demo.resolve(model).resolve(WEIGHTS)))
                .hex();
    }
}
