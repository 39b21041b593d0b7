package dev.weir.control.rollout.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.rollout.Metric;
import dev.weir.control.rollout.live.LiveCounts.Judgement;
import dev.weir.control.rollout.live.RecentRequests.Seen;
import dev.weir.control.statistics.ArmCounts;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.TestDatabases;
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
        ArmWeights weights = RolloutUnderWay.in(database);
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
