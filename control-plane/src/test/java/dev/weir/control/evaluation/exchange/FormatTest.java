package dev.weir.control.evaluation.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.control.evaluation.golden.Check;
import dev.weir.control.evaluation.golden.Check.Kind;
import dev.weir.control.evaluation.golden.GoldenCase;
import dev.weir.control.evaluation.golden.GoldenSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FormatTest {

    @Test
    void theDemoModelsSetIsReadWhole() throws IOException {
        String text = Files.readString(Path.of("../models/demo/evaluation.jsonl"));
        Imported imported = Format.JSONL.read(text, Attachments.NONE);
        assertThat(imported.cases()).hasSize(1320);
        assertThat(imported.unsupported()).isEmpty();
        assertThat(GoldenSet.of(imported.cases()).slices()).containsEntry("difficulty=judge", 200);
    }

    @Test
    void promptfooIsEveryPromptTimesEveryTestAndWhatIsLeftOutIsNamed() {
        Imported imported = Format.PROMPTFOO.read("""
                prompts: ["Say {{word}}", "Shout {{word}}"]
                defaultTest: {assert: [{type: latency, threshold: 2000}]}
                tests:
                  - vars: {word: hello}
                    metadata: {kind: greeting}
                    assert:
                      - {type: icontains, value: "{{word}}", weight: 2, metric: says}
                      - {type: not-contains, value: bye}
                      - {type: javascript, value: "output.length < 5"}
                      - {type: llm-rubric, value: is polite}
                      - {type: is-json, value: {type: object}}
                """, Attachments.NONE);
        assertThat(imported.cases()).hasSize(2);
        GoldenCase first = imported.cases().getFirst();
        assertThat(first.question()).isEqualTo("Say hello");
        assertThat(first.checks())
                .extracting(Check::kind)
                .containsExactly(Kind.LATENCY, Kind.CONTAINS, Kind.CONTAINS, Kind.RUBRIC, Kind.JSON);
        assertThat(first.checks().get(1).text()).isEqualTo("hello");
        assertThat(first.checks().get(1).metric()).isEqualTo("says");
        assertThat(first.checks().get(2).negated()).isTrue();
        assertThat(first.slices()).containsExactly("kind=greeting");
        assertThat(imported.unsupported()).anyMatch(left -> left.contains("javascript"));
    }

    @Test
    void aTableOfTestsHasItsChecksInColumns() {
        Imported imported = Format.CSV.read(
                "question,__expected,__expected2,__metadata:kind\n\"1,5 + 1?\",\"2,5\",similar(0.9):two and a half,sum\nhi,python:len(output),,\n",
                Attachments.NONE);
        assertThat(imported.cases()).singleElement().satisfies(golden -> {
            assertThat(golden.question()).isEqualTo("1,5 + 1?");
            assertThat(golden.checks()).extracting(Check::kind).containsExactly(Kind.EQUALS, Kind.SIMILAR);
            assertThat(golden.checks().get(1).threshold()).isEqualTo(0.9);
            assertThat(golden.tags()).containsEntry("kind", "sum");
        });
        assertThat(imported.unsupported()).anyMatch(left -> left.contains("python"));
    }

    @Test
    void openAiEvalsBringTheirSamples() {
        String samples = "{\"input\":[{\"role\":\"user\",\"content\":\"capital?\"}],\"ideal\":[\"Paris\",\"paris\"]}\n";
        String registry = """
                geo: {id: geo.dev.v0}
                geo.dev.v0: {class: "evals.elsuite.basic.includes:Includes", args: {samples_jsonl: geo.jsonl}}
                odd.dev.v0: {class: "my.own:Thing", args: {samples_jsonl: geo.jsonl}}
                """;
        Imported imported = Format.OPENAI_EVALS.read(
                registry, path -> path.equals("geo.jsonl") ? Optional.of(samples) : Optional.empty());
        assertThat(imported.cases()).singleElement().extracting(GoldenCase::id).isEqualTo("geo.dev.v0/1");
        assertThat(imported.unsupported()).containsExactly("odd.dev.v0: the class 'Thing'");
    }

    @Test
    void lmEvalTasksAreReadAsFarAsTheyAreTemplates() {
        String task = """
                task: sums
                dataset_path: json
                dataset_kwargs: {data_files: {test: sums.jsonl}}
                test_split: test
                output_type: generate_until
                doc_to_text: "What is {{a}} + {{b}}?"
                doc_to_target: sum
                metric_list: [{metric: exact_match, ignore_case: true}, {metric: perplexity}]
                repeats: 3
                """;
        Imported imported = Format.LM_EVAL.read(task, _ -> Optional.of("{\"a\":1,\"b\":2,\"sum\":\"3\"}\n"));
        assertThat(imported.cases()).singleElement().satisfies(golden -> {
            assertThat(golden.question()).isEqualTo("What is 1 + 2?");
            assertThat(golden.reference()).isEqualTo("3");
        });
        assertThat(imported.unsupported()).containsExactly("sums: 'repeats'", "sums: the metric 'perplexity'");
        assertThatThrownBy(() -> Format.LM_EVAL.read(task + "process_docs: !function utils.f\n", Attachments.NONE))
                .hasMessageContaining("!function");
        assertThatThrownBy(
                        () -> Format.LM_EVAL.read(task.replace("generate_until", "multiple_choice"), Attachments.NONE))
                .hasMessageContaining("multiple_choice");
    }

    @Test
    void whatIsExportedReadsTheSameAgain() throws IOException {
        String text = Files.readString(Path.of("../models/demo/evaluation.jsonl"));
        GoldenSet set = GoldenSet.of(Format.JSONL.read(text, Attachments.NONE).cases());
        GoldenSet again = GoldenSet.of(
                Format.JSONL.read(Format.JSONL.write(set), Attachments.NONE).cases());
        assertThat(again).isEqualTo(set);
        Imported back = Format.PROMPTFOO.read(Format.PROMPTFOO.write(set), Attachments.NONE);
        assertThat(back.cases()).hasSize(set.cases().size());
    }

    @Test
    void aLineThatIsNoCaseIsNamed() {
        assertThatThrownBy(() -> Format.JSONL.read(
                        "{\"input\":\"a\",\"expected\":\"b\"}\n{\"input\":\"a\"}\n", Attachments.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("line 2: a row has a question");
    }
}
