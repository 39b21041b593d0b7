package dev.weir.engine.model;

import dev.weir.engine.request.Pooling;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** How a directory exported by Sentence Transformers wants its texts pooled: {@code 1_Pooling/config.json}. */
public final class PoolingConfig {

    private static final String MODE = "pooling_mode_";
    private static final Map<String, Pooling> SERVED =
            Map.of(MODE + "mean_tokens", Pooling.MEAN, MODE + "lasttoken", Pooling.LAST_TOKEN);

    private PoolingConfig() {}

    /** Empty where the directory does not say. */
    public static Optional<Pooling> read(Path directory) {
        Path file = directory.resolve("1_Pooling").resolve("config.json");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        JsonFields fields = JsonFields.of(file);
        Pooling pooling = null;
        for (String name : fields.object().propertyNames()) {
            if (!name.startsWith(MODE) || !fields.flag(name)) {
                continue;
            }
            if (!SERVED.containsKey(name) || pooling != null) {
                throw fields.refused(
                        name, "is set, but only mean_tokens or lasttoken alone is served; choose one with --pooling");
            }
            pooling = SERVED.get(name);
        }
        return Optional.ofNullable(pooling);
    }
}
