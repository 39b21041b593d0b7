package dev.weir.control.evaluation.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.control.evaluation.EvaluationFailure;
import dev.weir.control.evaluation.archive.RunStatus.State;
import dev.weir.control.evaluation.golden.CaseJson;
import dev.weir.control.evaluation.golden.GoldenSet;
import dev.weir.control.evaluation.grading.Answer;
import dev.weir.control.evaluation.grading.Grade;
import dev.weir.control.evaluation.grading.Preference;
import dev.weir.control.evaluation.grading.Preference.Winner;
import dev.weir.control.evaluation.run.Attempt;
import dev.weir.control.evaluation.run.AttemptKeeper;
import dev.weir.control.evaluation.run.RunSettings;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.StorageConfig;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Golden sets and runs, in whichever database. */
abstract class AbstractArchiveTest {
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

    abstract StorageConfig storage();

    private static GoldenSet set(String expected) {
        String line =
                "{\"id\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"q\"}],\"checks\":[{\"type\":\"equals\",\"value\":\"%s\"}]}";
        return GoldenSet.of(
                List.of(CaseJson.read(line.formatted("a", "same")), CaseJson.read(line.formatted("b", expected))));
    }

    @Test
    void versionsAreNumberedAndShareTheirCases() {
        try (Database database = new Database(storage())) {
            GoldenArchive sets = new GoldenArchive(database, () -> NOW);
            GoldenVersion first = sets.add("s", set("x"), "key:1", "first");
            GoldenVersion second = sets.add("s", set("y"), "key:1", "");
            assertThat(sets.add("s", set("x"), "key:2", "again")).isEqualTo(first);
            assertThat(sets.versions("s")).containsExactly(second, first);
            assertThat(sets.latest()).containsExactly(second);
            assertThat(sets.cases(first.hash())).isEqualTo(set("x"));
            assertThat(sets.version("s", "latest")).isEqualTo(second);
            assertThat(database.jdbc()
                            .sql("select count(*) from golden_case")
                            .query(Long.class)
                            .single())
                    .isEqualTo(3);
            assertThatThrownBy(() -> sets.version("s", "3")).isInstanceOf(EvaluationFailure.class);
            assertThatThrownBy(() -> sets.add("no/name", set("x"), "key:1", ""))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aRunGoesOnWhereItEnded() {
        try (Database database = new Database(storage())) {
            RunArchive runs = new RunArchive(database, () -> NOW);
            RunSettings settings = new RunSettings("r", "s", set("x").hash(), "m", 1, "j@1", null, "other", 0, 0);
            runs.begin(settings, 2, "key:1");
            Grade grade = new Grade("equals", Grade.Status.PASSED, 1, 1, false, "");
            Attempt attempt =
                    new Attempt("a", 0, Answer.of("same"), null, List.of(grade), new Preference(Winner.TIE, "as good"));
            AttemptKeeper keeper = runs.keeper("r");
            keeper.keep(attempt);
            keeper.keep(attempt);
            assertThat(runs.keeper("r").done()).containsExactly(attempt.key());
            runs.turns("r", State.CANCELLED, "somebody wanted it");
            assertThat(runs.status("r").endedAt()).isEqualTo(NOW);
            runs.turns("r", State.RUNNING, null);

            RunStatus status = runs.status("r");
            assertThat(status.state()).isEqualTo(State.RUNNING);
            assertThat(status.endedAt()).isNull();
            assertThat(status.settings()).isEqualTo(settings);
            assertThat(status.attemptCount()).isEqualTo(1);
            assertThat(status.passedCount()).isEqualTo(1);
            assertThat(runs.results("r").attempts()).containsExactly(attempt);
            assertThat(runs.list(Optional.of("s"), Optional.of("m"))).hasSize(1);
            assertThat(runs.list(Optional.empty(), Optional.of("other"))).isEmpty();
        }
    }
}
