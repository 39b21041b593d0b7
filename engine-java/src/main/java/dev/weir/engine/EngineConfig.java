package dev.weir.engine;

import dev.weir.engine.adapters.AdapterRoots;
import dev.weir.engine.device.ComputeDevice;
import dev.weir.engine.http.AdminGuard;
import dev.weir.engine.http.TrustedProxy;
import dev.weir.engine.lifecycle.ModelRepository;
import dev.weir.engine.lifecycle.ModelSettings;
import dev.weir.engine.scheduling.SchedulingPolicy;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What an engine process is told.
 *
 * @param models to serve, each by an engine loop and KV cache of its own
 * @param address to listen at
 * @param settings of each model, where its load says nothing else
 * @param sequencesMax that run at once in each model; more wait
 * @param stepTokensMax of one step; bounds how long a long prompt holds up everybody's next token
 * @param scheduling of each model's requests
 * @param trustedProxy who is believed about who a caller is
 * @param adapters beside the models
 * @param threadCount of each model's steps; 0: one for each physical core
 * @param device of each model's steps
 * @param drainMax how long a shutdown waits for what runs
 * @param administration what may come and go without a restart
 */
public record EngineConfig(
        List<ModelSource> models,
        InetSocketAddress address,
        ModelSettings settings,
        int sequencesMax,
        int stepTokensMax,
        SchedulingPolicy scheduling,
        TrustedProxy trustedProxy,
        AdapterSettings adapters,
        int threadCount,
        ComputeDevice device,
        Duration drainMax,
        Administration administration) {

    public static final int SEQUENCES_MAX_DEFAULT = 128;
    public static final int STEP_TOKENS_MAX_DEFAULT = 512;
    public static final Duration DRAIN_MAX_DEFAULT = Duration.ofSeconds(30);
    public static final int MODELS_MAX = 16;

    /** A directory and the name that requests call it by. */
    public record ModelSource(Path directory, String name) {

        public ModelSource {
            if (name.isBlank()) {
                throw new IllegalArgumentException("a model's name must not be blank");
            }
        }
    }

    /**
     * An adapter to start with.
     *
     * @param name what requests call it
     * @param model that it belongs to; empty where there is but one
     */
    public record AdapterSource(String name, Optional<String> model, Path directory) {}

    /**
     * Adapters to start with, and where others may come from.
     *
     * @param roots within which one may be loaded by path while the engine runs
     */
    public record AdapterSettings(List<AdapterSource> atStart, AdapterRoots roots) {

        public AdapterSettings {
            atStart = List.copyOf(atStart);
        }

        /** No adapters, and none to come. */
        public static AdapterSettings none() {
            return new AdapterSettings(List.of(), AdapterRoots.none());
        }
    }

    /**
     * How models come and go.
     *
     * @param repository where they may come from
     * @param aliases second names that the process starts with, to models that it starts with
     * @param wakeOnRequest a request to a sleeping model wakes it, and waits
     * @param guard who may move models
     */
    public record Administration(
            ModelRepository repository, Map<String, String> aliases, boolean wakeOnRequest, AdminGuard guard) {

        public Administration {
            aliases = Map.copyOf(aliases);
        }

        /** What the process starts with, moved from this machine only. */
        public static Administration none() {
            return new Administration(ModelRepository.none(), Map.of(), false, AdminGuard.loopbackOnly());
        }
    }

    public EngineConfig {
        models = List.copyOf(models);
        if (models.size() > MODELS_MAX) {
            throw new IllegalArgumentException(
                    "at most " + MODELS_MAX + " models can be loaded at start: " + models.size());
        }
        if (models.stream().map(ModelSource::name).distinct().count() < models.size()) {
            throw new IllegalArgumentException("two models have the same name: give each a --name of its own");
        }
        if (sequencesMax < 1 || sequencesMax > 4096) {
            throw new IllegalArgumentException("sequencesMax must be in [1, 4096]: " + sequencesMax);
        }
        if (stepTokensMax < sequencesMax) {
            throw new IllegalArgumentException("stepTokensMax (" + stepTokensMax + ") must be at least sequencesMax ("
                    + sequencesMax + "), so that each sequence can go on");
        }
        if (threadCount < 0) {
            throw new IllegalArgumentException("threadCount must not be negative: " + threadCount);
        }
        requireUnique(models, adapters.atStart());
    }

    private static void requireUnique(List<ModelSource> models, List<AdapterSource> adapters) {
        Set<String> modelNames = models.stream().map(ModelSource::name).collect(Collectors.toSet());
        Set<String> taken = new HashSet<>(modelNames);
        for (AdapterSource adapter : adapters) {
            if (!taken.add(adapter.name())) {
                throw new IllegalArgumentException("--lora " + adapter.name() + ": the name is taken; choose another");
            }
            boolean known = adapter.model().map(modelNames::contains).orElse(models.size() == 1);
            if (!known) {
                throw new IllegalArgumentException("--lora " + adapter.name() + ": say which model it belongs to, as "
                        + adapter.name() + "@MODEL=DIR with MODEL one of " + String.join(", ", modelNames));
            }
        }
    }

    /** Adapters that a model starts with, by name. */
    Map<String, Path> adaptersOf(String model) {
        return adapters.atStart().stream()
                .filter(adapter -> adapter.model().orElse(model).equals(model))
                .collect(Collectors.toMap(AdapterSource::name, AdapterSource::directory));
    }
}
