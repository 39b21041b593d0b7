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
import dev.weir.control.rollout.live.LiveCounts.Judgement;
import dev.weir.control.rollout.live.RecentRequests.Seen;
import dev.weir.control.statistics.ArmCounts;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.TestDatabases;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What judges outside Weir and its own say of answers at 5 %. */
class ArmJudgementsTest {
    private static final Arm CANDIDATE = new Arm("r1", true);
    private static final Judgement BAD = new Judgement(true, false);
    private static final Judgement GOOD = new Judgement(false, false);

    private final RecentRequests requests = new RecentRequests();
    private Database database;
    private LiveCounts counts;
    private ArmJudgements judgements;

    @BeforeEach
    void begin() {
        database = new Database(TestDatabases.embedded());
        RolloutJournal journal = new RolloutJournal(database);
        journal.plan(RolloutPlan.standard("r1", "notes", "v1", "v2"), "ada", "because", Instant.EPOCH);
        RolloutController controller = RolloutController.takeOver(journal, new RolloutReducer(), "r1");
        controller.accept(new VersionsProbed(Instant.EPOCH, true, true));
        controller.accept(new Commanded(Instant.EPOCH, new Command("start", Verb.START, "ada", "because")));
        controller.accept(new Commanded(Instant.EPOCH, new Command("on", Verb.PROMOTE_ONE, "ada", "because")));
        ArmWeights weights = new ArmWeights(journal);
        weights.refresh();
        counts = new LiveCounts(weights, () -> 0);
        judgements = new ArmJudgements(requests, counts, new SliceCounts());
    }

    @AfterEach
    void end() {
        database.close();
    }

    private void asked(String requestId) {
        requests.add(requestId, new Seen(CANDIDATE, 2, false, RequestTraits.of("acme", "simple", "en", 10)));
    }

    private ArmCounts hallucinations() {
        return counts.drain()
                .values()
                .iterator()
                .next()
                .counted()
                .counts()
                .getOrDefault(Metric.HALLUCINATION, ArmCounts.NONE);
    }

    @Test
    void aJudgementThatIsSentAgainIsKnownAndCountsOnce() {
        asked("request");
        assertThat(judgements.judged("request", BAD)).isTrue();
        assertThat(judgements.judged("request", BAD)).isTrue();
        assertThat(judgements.judged("another", BAD)).isFalse();
        assertThat(hallucinations()).isEqualTo(new ArmCounts(1, 1, 0, 0));
    }

    @Test
    void whatAJudgeOfOursHasJudgedIsNotCountedForAnotherBesides() {
        asked("request");
        judgements.judged(CANDIDATE, "request", "call", GOOD);
        assertThat(judgements.judged("request", BAD)).isTrue();
        assertThat(hallucinations()).isEqualTo(new ArmCounts(1, 0, 0, 0));
    }

    @Test
    void aNewRequestOfTheSameNameIsJudgedAnew() {
        asked("request");
        judgements.judged("request", BAD);
        asked("request");
        judgements.judged("request", GOOD);
        assertThat(hallucinations()).isEqualTo(new ArmCounts(2, 1, 0, 0));
    }
}
