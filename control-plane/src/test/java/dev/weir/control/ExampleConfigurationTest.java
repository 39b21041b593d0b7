package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weir.control.configuration.ConfigurationText;
import dev.weir.control.configuration.InvalidConfiguration;
import dev.weir.control.configuration.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.io.FileSystemResource;
import org.yaml.snakeyaml.Yaml;

/** The commented example is one that Weir would start with, both halves of it. */
class ExampleConfigurationTest {
    private static final Path EXAMPLE = Path.of("../docs/weir.example.yaml");
    private static final String MARK = "zz-nobody-knows-this";
    private static final String KNOWN = "is unknown: known here are ";
    private static final String OWN_NAMES = "engines|aliases|tenants|prices|models|providers|channels|qualities";

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

    /** A key that nobody knows is refused with those that are known at its place: one at every place asks for all of them. */
    @Test
    void everyKeyOfThePolicyStandsInTheExample() throws IOException {
        Map<String, Object> example = new Yaml().load(Files.readString(EXAMPLE));
        Map<String, Set<String>> given = new TreeMap<>();
        mark(example, "", given);
        List<Problem> problems = catchThrowableOfType(
                        InvalidConfiguration.class,
                        () -> new ConfigurationText(new Yaml().dump(example)).read(Policy::read))
                .problems();
        Set<String> missing = new TreeSet<>();
        int placeCount = 0;
        for (Problem problem : problems) {
            if (problem.path().endsWith(MARK) && problem.message().startsWith(KNOWN)) {
                placeCount++;
                String place =
                        general(problem.path().substring(0, problem.path().length() - MARK.length()));
                Set<String> known = new TreeSet<>(
                        List.of(problem.message().substring(KNOWN.length()).split(", ")));
                known.removeAll(given.getOrDefault(place, Set.of()));
                known.forEach(key -> missing.add(place + key));
            }
        }
        assertThat(placeCount).isGreaterThan(20);
        missing.removeIf(key ->
                key.endsWith(".arms") || key.startsWith("tenants.*.operations.")); // as aliases have them; one for all
        assertThat(missing)
                .containsExactlyInAnyOrder("evaluation.live.canaries", "logging", "management", "server", "spring");
    }

    /** Notes the keys of every mapping by its place, and puts the unknown one in. */
    private static void mark(Object node, String place, Map<String, Set<String>> given) {
        if (node instanceof List<?> list) {
            list.forEach(entry -> mark(entry, place, given));
        } else if (node instanceof Map<?, ?> mapping) {
            @SuppressWarnings("unchecked")
            Map<String, Object> keys = (Map<String, Object>) mapping;
            given.computeIfAbsent(general(place), _ -> new TreeSet<>()).addAll(keys.keySet());
            keys.forEach((key, value) -> mark(value, place + key + ".", given));
            keys.put(MARK, "x");
        }
    }

    /** A place with a star where the user's own names stand. */
    private static String general(String place) {
        return place.replaceAll("\\[\\d+]", "").replaceAll("\\b(" + OWN_NAMES + ")\\.[^.]+\\.", "$1.*.");
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
