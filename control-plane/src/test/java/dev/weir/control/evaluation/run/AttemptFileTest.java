package dev.weir.control.evaluation.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.control.evaluation.grading.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttemptFileTest {
    private static RunSettings settings(String id, String model) {
        return new RunSettings(id, "s", "hash", model, 1, null, null, null, 0, 0);
    }

    @Test
    void aRunThatWasCutOffInTheMiddleOfALineGoesOn(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("run.jsonl");
        Attempt first = new Attempt("a", 0, Answer.of("one"), null, List.of());
        Attempt second = new Attempt("b", 0, null, "the server was away", List.of());
        try (AttemptFile begun = AttemptFile.open(file, settings("1", "m"))) {
            begun.keep(first);
            begun.keep(second);
        }
        String text = Files.readString(file);
        Files.writeString(file, text.substring(0, text.length() - 10));
        try (AttemptFile resumed = AttemptFile.open(file, settings("2", "m"))) {
            assertThat(resumed.settings().id()).isEqualTo("1");
            assertThat(resumed.done()).containsExactly(first.key());
            resumed.keep(second);
        }
        assertThat(AttemptFile.read(file).attempts()).containsExactly(first, second);
        assertThatThrownBy(() -> AttemptFile.open(file, settings("3", "another")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has another run");
    }
}
