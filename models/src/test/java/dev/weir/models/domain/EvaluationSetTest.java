package dev.weir.models.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationSetTest {
    private static final Path COMMITTED = Path.of("demo/evaluation.jsonl");

    @TempDir
    private Path directory = Path.of("");

    @Test
    void committedSetIsWhatTheGeneratorWrites() throws IOException {
        EvaluationSet set = EvaluationSet.generate(Split.TEST, EvaluationSet.SEED, EvaluationSet.COUNTS);
        Path file = directory.resolve("evaluation.jsonl");
        set.write(file);
        assertThat(file).hasSameTextualContentAs(COMMITTED);
        assertThat(EvaluationSet.read(COMMITTED)).isEqualTo(set);
    }

    @Test
    void coversEveryTypeWithDistinctQuestions() throws IOException {
        EvaluationSet set = EvaluationSet.read(COMMITTED);
        assertThat(set.cases()).hasSizeGreaterThanOrEqualTo(1_200);
        Map<String, Long> byDifficulty =
                set.cases().stream().collect(Collectors.groupingBy(LabelledCase::difficulty, Collectors.counting()));
        EvaluationSet.COUNTS.forEach(
                (difficulty, count) -> assertThat(byDifficulty).containsEntry(difficulty.label(), (long) count));
        assertThat(set.cases().stream().map(LabelledCase::type).distinct()).hasSize(TaskType.values().length);
        assertThat(set.cases().stream().map(LabelledCase::id)).doesNotHaveDuplicates();
        assertThat(set.cases().stream().map(LabelledCase::messages)).doesNotHaveDuplicates();
    }

    @Test
    void namesTheLineThatIsNoCase() throws IOException {
        Path file = directory.resolve("broken.jsonl");
        Files.writeString(file, "{\"id\": 1\n");
        assertThatThrownBy(() -> EvaluationSet.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("line 1");
    }
}
