package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.configuration.ConfigurationText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.io.FileSystemResource;

/** The commented example is one that Weir would start with, both halves of it. */
class ExampleConfigurationTest {
    private static final Path EXAMPLE = Path.of("../docs/weir.example.yaml");

    @Test
    void theExamplesPolicyCanBeUsed() throws IOException {
        Policy policy = new ConfigurationText(Files.readString(EXAMPLE)).read(Policy::read);
        assertThat(policy.engines())
                .extracting(engine -> engine.name() + " " + engine.region())
                .containsExactly("rack-a north", "rack-b south");
        assertThat(policy.routing().virtualModels())
                .containsExactlyInAnyOrder(
                        "support", "support-trial", "weir-auto", "weir-fast", "weir-mid", "weir-power");
    }

    @Test
    void theExamplesSettingsExist() throws IOException {
        MutablePropertySources sources = new MutablePropertySources();
        new YamlPropertySourceLoader()
                .load("example", new FileSystemResource(EXAMPLE))
                .forEach(sources::addLast);
        WeirConfig config = new Binder(ConfigurationPropertySources.from(sources))
                .bindOrCreate(
                        "weir",
                        Bindable.of(WeirConfig.class),
                        new NoUnboundElementsBindHandler(BindHandler.DEFAULT, _ -> true));
        assertThat(config.fleet().breaker().failuresInARow()).isEqualTo(5);
    }

    @Test
    void aConfigurationThatSaysNothingHasNoPolicy() {
        assertThat(ConfigurationText.EMPTY.read(Policy::read).engines()).isEmpty();
    }
}
