package dev.weir.control.configuration;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where the configuration is, and how closely it is watched.
 *
 * @param file what {@code --config} named, where that is YAML
 * @param lookEvery the pause between two looks at the file
 */
public record ConfigurationConfig(
        @Nullable Path file, @DefaultValue("1s") Duration lookEvery) {
    public ConfigurationConfig {
        if (!lookEvery.isPositive()) {
            throw new IllegalArgumentException(
                    "weir.configuration.look-every must be longer than nothing: " + lookEvery);
        }
    }
}
