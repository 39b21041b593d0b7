package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.EngineConfig.AdapterSettings;
import dev.weir.engine.EngineConfig.AdapterSource;
import dev.weir.engine.EngineConfig.ModelSource;
import dev.weir.engine.adapters.AdapterRoots;
import dev.weir.engine.device.ComputeDevice;
import dev.weir.engine.http.TrustedProxy;
import dev.weir.engine.lifecycle.ModelSettings;
import dev.weir.engine.scheduling.SchedulingPolicy;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class AdapterOptionsTest {

    private static AdapterSettings settings(String... arguments) {
        return CommandLine.populateCommand(new AdapterOptions(), arguments).settings();
    }

    private static EngineConfig config(AdapterSettings adapters, String... models) {
        return new EngineConfig(
                Stream.of(models)
                        .map(name -> new ModelSource(Path.of(name), name))
                        .toList(),
                new InetSocketAddress(0),
                ModelSettings.defaults(),
                8,
                64,
                SchedulingPolicy.defaults(),
                TrustedProxy.withSecret(TestEngine.PROXY_SECRET),
                adapters,
                1,
                ComputeDevice.cpu(),
                Duration.ZERO,
                EngineConfig.Administration.none());
    }

    @Test
    void namesAdaptersTheirModelsAndTheRoots() {
        assertThat(settings("--lora", "a=dir/a", "--lora", "b@m=dir/b=2", "--lora-root", "dir"))
                .isEqualTo(new AdapterSettings(
                        List.of(
                                new AdapterSource("a", Optional.empty(), Path.of("dir/a")),
                                new AdapterSource("b", Optional.of("m"), Path.of("dir/b=2"))),
                        new AdapterRoots(List.of(Path.of("dir")))));
        assertThat(settings()).isEqualTo(AdapterSettings.none());
    }

    @Test
    void adapterBelongsToTheModelThatItNamesOrToTheOnlyOne() {
        EngineConfig two = config(settings("--lora", "a@n=x", "--lora", "b@m=y"), "m", "n");
        assertThat(two.adaptersOf("m")).isEqualTo(Map.of("b", Path.of("y")));
        assertThat(config(settings("--lora", "a=x"), "m").adaptersOf("m")).isEqualTo(Map.of("a", Path.of("x")));
    }

    @Test
    void namesThatMeanTwoThingsOrNothingAreRefused() {
        assertThatThrownBy(() -> config(settings("--lora", "a=x"), "m", "n"))
                .hasMessageContaining("--lora a: say which model it belongs to, as a@MODEL=DIR");
        assertThatThrownBy(() -> config(settings("--lora", "a@other=x"), "m"))
                .hasMessageContaining("with MODEL one of m");
        assertThatThrownBy(() -> config(settings("--lora", "m=x"), "m"))
                .hasMessageContaining("--lora m: the name is taken");
    }
}
