package dev.weir.control.rollout.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.rollout.Command;
import dev.weir.control.rollout.Command.Verb;
import dev.weir.control.rollout.Metric;
import dev.weir.control.rollout.RolloutEvent.Commanded;
import dev.weir.control.rollout.RolloutEvent.VersionsProbed;
import dev.weir.control.rollout.RolloutPlan;
import dev.weir.control.rollout.RolloutReducer;
import dev.weir.control.rollout.journal.RolloutController;
import dev.weir.control.rollout.journal.RolloutJournal;
import dev.weir.control.rollout.live.Answered.Fault;
import dev.weir.control.rollout.live.LiveCounts.Judgement;
import dev.weir.control.statistics.ArmCounts;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.TestDatabases;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LiveCountsTest {
    private static final Answered GOOD =
            new Answered(Fault.NOBODYS, OptionalLong.empty(), OptionalLong.empty(), OptionalLong.of(1));
    private static final Answered FAILED = Answered.failed(Fault.OURS);

    private Database database;
    private RolloutController controller;
    private ArmWeights weights;
    private LiveCounts counts;

    @BeforeEach
    void begin() {
        database = new Database(TestDatabases.embedded());
        RolloutJournal journal = new RolloutJournal(database);
        journal.plan(RolloutPlan.standard("r1", "notes", "v1", "v2"), "ada", "because", Instant.EPOCH);
        controller = RolloutController.takeOver(journal, new RolloutReducer(), "r1");
        controller.accept(new VersionsProbed(Instant.EPOCH, true, true));
        weights = new ArmWeights(journal);
        counts = new LiveCounts(weights, () -> 0);
        command(Verb.START);
    }

    @AfterEach
    void end() {
        database.close();
    }

    private void command(Verb verb) {
        controller.accept(new Commanded(Instant.EPOCH, new Command(verb.name(), verb, "ada", "because")));
        weights.refresh();
    }

    private ArmCounts drained(Metric metric) {
        LiveCounts.Drained drained = counts.drain().get("r1");
        assertThat(drained).isNotNull();
        return drained.counted().counts().getOrDefault(metric, ArmCounts.NONE);
    }

    @Test
    void inTheShadowOnlyPairsCount() {
        counts.answered(new Arm("r1", false), FAILED);
        counts.paired("r1", GOOD, FAILED);
        assertThat(drained(Metric.ERROR)).isEqualTo(new ArmCounts(1, 1, 1, 0, 0));
    }

    @Test
    void aPairThatIsCompleteOnlyAfterTheShadowCountsNowhere() {
        command(Verb.PROMOTE_ONE);
        counts.paired("r1", GOOD, FAILED);
        counts.judgedPair("r1", Optional.of(new Judgement(false, false)), Optional.of(new Judgement(true, true)));
        counts.answered(new Arm("r1", true), GOOD);
        LiveCounts.Drained drained = counts.drain().get("r1");
        assertThat(drained).isNotNull();
        assertThat(drained.counted().counts()).containsEntry(Metric.ERROR, new ArmCounts(1, 0, 0, 0));
        assertThat(drained.counted().counts().get(Metric.HALLUCINATION)).isIn(null, ArmCounts.NONE);
    }
}
