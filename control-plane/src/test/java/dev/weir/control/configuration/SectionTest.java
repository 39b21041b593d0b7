package dev.weir.control.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class SectionTest {
    private enum Colour {
        RED,
        DARK_BLUE
    }

    @Test
    void everyMistakeIsNamedWithItsLineAndItsRemedyAndNoneHidesAnother() {
        String text = """
                coutn: 3
                size: many
                wait: soon
                colour: green
                on: maybe
                list: {a: 1}
                nested:
                  strange: 1
                  size: 1
                  size: 2
                """;
        assertThat(problems(text, root -> {
                    root.integer("count", 0, 9, 0);
                    root.integer("size", 1, 9, 1);
                    root.duration("wait", Duration.ofSeconds(1));
                    root.choice("colour", Colour.class, Colour.RED);
                    root.flag("on", false);
                    root.list("list");
                    root.section("nested").integer("size", 1, 9, 1);
                    root.required("url");
                    return "";
                }))
                .containsExactly(
                        "line 1: url is missing",
                        "line 1: coutn is unknown: did you mean 'count'?",
                        "line 2: size must be a whole number from 1 to 9, not 'many'",
                        "line 3: wait must be a time like 500ms, 30s, 10m or 2h, not 'soon'",
                        "line 4: colour must be one of red, dark_blue, not 'green'",
                        "line 5: on must be true or false, not 'maybe'",
                        "line 6: list must be a list, each entry beginning with '- ', not a mapping",
                        "line 8: nested.strange is unknown: known here are size",
                        "line 10: nested.size is given twice, first in line 9: keep one");
    }

    @Test
    void whatIsNotYamlIsToldWithItsLine() {
        assertThat(problems("a: 1\nb: [1, 2\n", _ -> ""))
                .singleElement()
                .asString()
                .startsWith("line 3: this is not YAML");
    }

    @Test
    void valuesAreReadAsWhatTheyAre() {
        Section root = section("""
                size: 7
                part: 0.25
                wait: 1500ms
                colour: dark_blue
                on: true
                one: alone
                some: [a, b]
                empty:
                """);
        assertThat(root.integer("size", 0, 9, 0)).isEqualTo(7);
        assertThat(root.number("part", 0, 1)).contains(0.25);
        assertThat(root.duration("wait", Duration.ZERO)).isEqualTo(Duration.ofMillis(1500));
        assertThat(root.choice("colour", Colour.class, Colour.RED)).isEqualTo(Colour.DARK_BLUE);
        assertThat(root.flag("on", false)).isTrue();
        assertThat(root.texts("one")).containsExactly("alone");
        assertThat(root.texts("some")).containsExactly("a", "b");
        assertThat(root.text("empty")).isEmpty();
        assertThat(root.has("empty")).isFalse();
        assertThat(root.duration("absent", Duration.ofSeconds(2))).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void nothingIsMadeOfASectionWithAProblemAndWhatTheMakerRefusesIsOne() {
        assertThat(problems("a: x\n", root -> {
                    root.integer("a", 0, 1, 0);
                    assertThat(root.make(() -> "made")).isEqualTo(Optional.empty());
                    return "";
                }))
                .hasSize(1);
        assertThat(problems("b:\n  c: 1\n", root -> {
                    Section b = root.section("b");
                    b.leave("c");
                    b.make(() -> {
                        throw new IllegalArgumentException("cannot be so");
                    });
                    return "";
                }))
                .containsExactly("line 1: b cannot be so");
    }

    @Test
    void aTextThatUnfoldsWithoutEndIsRefused() {
        assertThat(problems("[".repeat(100), _ -> "")).hasSize(1);
        assertThat(problems("a".repeat((1 << 20) + 1), _ -> "")).hasSize(1);
    }

    private static Section section(String text) {
        return new ConfigurationText(text).read(root -> {
            root.names();
            return root;
        });
    }

    private static List<String> problems(String text, Function<Section, String> reader) {
        InvalidConfiguration invalid =
                catchThrowableOfType(InvalidConfiguration.class, () -> new ConfigurationText(text).read(reader));
        assertThat(invalid).as("refused").isNotNull();
        return invalid.problems().stream().map(Problem::toString).toList();
    }
}
