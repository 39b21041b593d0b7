package dev.weir.models.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.models.domain.Difficulty;
import dev.weir.models.domain.EvaluationSet;
import dev.weir.models.domain.Split;
import dev.weir.models.evaluation.Outcomes.Answer;
import dev.weir.models.evaluation.Outcomes.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever was asked is not asked again, unless it is another by now. */
class KeptOutcomesTest {
    private static final List<String> MODELS = List.of("cheap", "dear");
    private static final EvaluationSet SET = questions(7);

    @TempDir
    private Path directory;

    private KeptOutcomes kept;

    @BeforeEach
    void start() throws IOException {
        kept = new KeptOutcomes(directory.resolve("train.jsonl"), directory);
        for (String model : MODELS) {
            Files.createDirectories(directory.resolve(model));
            weights(model, "first");
        }
        assertThat(kept.due(SET, MODELS)).isEqualTo(MODELS);
        kept.put(SET, answers(MODELS, "one"), MODELS);
        assertThat(kept.due(SET, MODELS)).isEmpty();
    }

    @Test
    void onlyAModelWhoseWeightsChangedIsAskedAgain() throws IOException {
        weights("cheap", "second");
        assertThat(kept.due(SET, MODELS)).containsExactly("cheap");
        kept.put(SET, answers(List.of("cheap"), "two"), List.of("cheap"));
        assertThat(kept.due(SET, MODELS)).isEmpty();
        assertThat(kept.read().rows()).hasSameSizeAs(SET.cases()).allSatisfy(row -> {
            assertThat(row.answers()).containsEntry("cheap", answer("two"));
            assertThat(row.answers()).containsEntry("dear", answer("one"));
        });
    }

    @Test
    void otherQuestionsAreAskedOfAll() throws IOException {
        assertThat(kept.due(questions(8), MODELS)).isEqualTo(MODELS);
    }

    @Test
    void answersOfNobodyKnowsWhichWeightsAreAskedForAgain() throws IOException {
        Files.delete(directory.resolve("train.jsonl.weights"));
        assertThat(kept.due(SET, MODELS)).isEqualTo(MODELS);
    }

    private void weights(String model, String content) throws IOException {
        Files.writeString(directory.resolve(model).resolve("model.safetensors"), content);
    }

    private static EvaluationSet questions(long seed) {
        return EvaluationSet.generate(Split.TRAIN, seed, Map.of(Difficulty.SIMPLE, 14));
    }

    private static Answer answer(String text) {
        return new Answer(true, text, List.of(), 1, 1);
    }

    private static Outcomes answers(List<String> models, String text) {
        return new Outcomes(SET.cases().stream()
                .map(each -> {
                    Map<String, Answer> answers = new LinkedHashMap<>();
                    models.forEach(model -> answers.put(model, answer(text)));
                    return new Row(each.id(), each.type(), each.messages(), answers);
                })
                .toList());
    }
}
