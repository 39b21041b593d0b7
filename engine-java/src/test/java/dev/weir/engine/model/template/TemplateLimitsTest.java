package dev.weir.engine.model.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateLimitsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '@',
            value = {
                "{% for a in range(3000) %}{% for b in range(3000) %}{% endfor %}{% endfor %} @ steps",
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }} @ deeper than 60",
                "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %} @ deeper than 60",
                "{{ 'x' * 100000000 }} @ a text grew beyond",
                "{{ [0] * 100000000 }} @ a list grew beyond",
                "{{ ('x' * 10000000) ~ ('x' * 10000000) }} @ a text grew beyond",
                "{{ ('x' * 10000)|replace('x', 'x' * 10000) }} @ a text grew beyond",
                "{% set n = namespace(s='xxxxxxxx') %}{% for i in range(99) %}{% set n.s = n.s + n.s %}{% endfor %} @ a text grew beyond",
                "{% for i in range(99) %}{{ 'x' * 1000000 }}{% endfor %} @ a text grew beyond",
                "{{ range(0, 9223372036854775807) }} @ more than 100000",
                "{{ 9223372036854775807 + 1 }} @ out of range",
                "{{ 2 ** 64 }} @ out of range",
                "{{ 99999999999999999999 }} @ out of range"
            })
    void stopsATemplateThatAsksForTooMuch(String source, String reason) {
        assertThatThrownBy(() -> render(source))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining(reason)
                .hasMessageContaining("(line 1)");
    }

    @Test
    void stopsNestingAtItsLimit() {
        for (String source : List.of(
                "{{ " + "(".repeat(5_000) + "1" + ")".repeat(5_000) + " }}",
                "{{ " + "[".repeat(5_000) + "]".repeat(5_000) + " }}",
                "{{ " + "-".repeat(5_000) + "1 }}",
                "{{ " + "not ".repeat(5_000) + "1 }}",
                "{% if 1 %}".repeat(5_000) + "{% endif %}".repeat(5_000),
                "{% if 0 %}" + "{% elif 0 %}".repeat(5_000) + "{% endif %}",
                "{{ 1" + " + 1".repeat(5_000) + " }}",
                "{{ x" + ".y".repeat(5_000) + " }}",
                "{{ x" + "|string".repeat(5_000) + " }}",
                "{{ 1" + " if 1".repeat(5_000) + " }}")) {
            assertThatThrownBy(() -> render(source)).isInstanceOf(TemplateException.class);
        }
    }

    @Test
    void refusesValuesNestedWithoutEnd() {
        Object nested = List.of();
        for (int i = 0; i < 10_000; i++) {
            nested = List.of(nested);
        }
        Map<String, Object> variables = Map.of("x", nested);
        assertThatThrownBy(() -> Template.parse("{{ x }}").render(variables, Clock.systemUTC()))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("nested deeper");
    }

    @Test
    void namesTheLine() {
        assertThatThrownBy(() -> render("a\n{% if true %}\n  {{ nothing.at.all }}\n{% endif %}"))
                .hasMessage("'nothing' is undefined (line 3)");
        assertThatThrownBy(() -> render("a\nb\n{{ 1 + }}")).hasMessageContaining("(line 3)");
        assertThatThrownBy(() -> render("a\n{% for x in y %}\nb")).hasMessageContaining("endfor");
    }

    /** Mutated templates: any answer or refusal will do, but no other exception, and none that takes long. */
    @Test
    void survivesDamagedSources() {
        List<String> sources = List.of(
                "{%- for m in messages %}{{ '<|' ~ m.role + '|>' }}{{ m['content'] | trim }}{% endfor -%}\n{% if x is defined and not x %}y{% endif %}",
                "{% macro f(a, b=[1, {'k': 2}]) %}{{ a[1:-1:2] }}{% endmacro %}{% set ns = namespace(i=0) %}{% set ns.i = ns.i + 1 %}{{ f('abc') }}",
                "{# note #}{% raw %}{{ x }}{% endraw %}{% call(x) f(1) %}{{ x }}{% endcall %}{% filter upper %}a{% endfilter %}");
        SplittableRandom random = new SplittableRandom(99);
        List<String> outcomes = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            String source = damaged(sources.get(random.nextInt(sources.size())), random);
            try {
                outcomes.add(render(source));
            } catch (TemplateException e) {
                outcomes.add("refused");
            }
        }
        assertThat(outcomes).hasSize(20_000).contains("refused").anyMatch(text -> !text.equals("refused"));
    }

    private static String damaged(String source, SplittableRandom random) {
        String alphabet = "{}%#-+()[]|.,:='\"\\~ \nabx01";
        StringBuilder text = new StringBuilder(source);
        for (int i = random.nextInt(1, 4); i > 0 && !text.isEmpty(); i--) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(4)) {
                case 0 -> text.deleteCharAt(at);
                case 1 -> text.insert(at, alphabet.charAt(random.nextInt(alphabet.length())));
                case 2 -> text.setCharAt(at, alphabet.charAt(random.nextInt(alphabet.length())));
                default -> text.setLength(at);
            }
        }
        return text.toString();
    }

    private static String render(String source) {
        Map<String, Object> variables = Map.of(
                "messages",
                List.of(Map.of("role", "user", "content", " hi "), Map.of("role", "assistant", "content", "ho")));
        return Template.parse(source).render(variables, Clock.systemUTC());
    }
}
