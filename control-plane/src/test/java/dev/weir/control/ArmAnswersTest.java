package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.accounting.Call;
import dev.weir.control.accounting.LedgerEntry;
import dev.weir.control.completion.Usage;
import dev.weir.control.rollout.Metric;
import dev.weir.control.rollout.live.ArmWeights;
import dev.weir.control.rollout.live.LiveCounts;
import dev.weir.control.rollout.live.RecentRequests;
import dev.weir.control.rollout.live.RolloutUnderWay;
import dev.weir.control.rollout.live.ShadowPairs;
import dev.weir.control.rollout.live.SliceCounts;
import dev.weir.control.statistics.ArmCounts;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.TestDatabases;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows of the ledger, as a rollout at 5 % counts them. */
class ArmAnswersTest {
    private Database database;
    private LiveCounts counts;
    private ArmAnswers answers;

    @BeforeEach
    void begin() {
        database = new Database(TestDatabases.embedded());
        ArmWeights weights = RolloutUnderWay.in(database);
        counts = new LiveCounts(weights, () -> 0);
        answers = new ArmAnswers(
                weights, counts, new ShadowPairs<>((_, _, _) -> {}), new RecentRequests(), new SliceCounts());
    }

    @AfterEach
    void end() {
        database.close();
    }

    private static LedgerEntry row(String id, @Nullable String feature, String model) {
        return new LedgerEntry(
                id,
                "request",
                Instant.EPOCH,
                "acme",
                null,
                null,
                null,
                feature,
                "/v1/chat/completions",
                model,
                null,
                "http://engine",
                "r1/candidate",
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                false,
                new Usage(3, 0, 2),
                true,
                0,
                null,
                1_000,
                "200");
    }

    private ArmCounts errors() {
        return counts.drain().values().iterator().next().counted().counts().getOrDefault(Metric.ERROR, ArmCounts.NONE);
    }

    @Test
    void anAnswerThatABetterModelHadToReplaceIsOneFailureAndNoGoodAnswerBesides() {
        answers.accept(row("rejected", Call.UPGRADE_REJECTED, "v2"));
        answers.accept(row("sent", null, "large"));
        assertThat(errors()).isEqualTo(new ArmCounts(1, 1, 0, 0));
    }

    @Test
    void anAnswerOfItsOwnVersionIsAGoodOne() {
        answers.accept(row("sent", null, "v2"));
        assertThat(errors()).isEqualTo(new ArmCounts(1, 0, 0, 0));
    }
}
