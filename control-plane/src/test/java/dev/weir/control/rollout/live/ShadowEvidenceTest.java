package dev.weir.control.rollout.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.rollout.Command;
import dev.weir.control.rollout.Command.Verb;
import dev.weir.control.rollout.Metric;
import dev.weir.control.rollout.RolloutEvent.Commanded;
import dev.weir.control.rollout.RolloutEvent.VersionsProbed;
import dev.weir.control.rollout.RolloutLimits;
import dev.weir.control.rollout.RolloutPlan;
import dev.weir.control.rollout.RolloutReducer;
import dev.weir.control.rollout.journal.RolloutController;
import dev.weir.control.rollout.journal.RolloutJournal;
import dev.weir.control.rollout.journal.SliceStore;
import dev.weir.control.rollout.journal.SliceStore.Sample;
import dev.weir.control.rollout.journal.SliceStore.Sliced;
import dev.weir.control.rollout.live.Answered.Fault;
import dev.weir.control.rollout.live.LiveCounts.Judgement;
import dev.weir.control.rollout.live.RecentRequests.Seen;
import dev.weir.control.rollout.live.ShadowEvidence.Side;
import dev.weir.control.rollout.postmortem.Slice;
import dev.weir.control.statistics.ArmCounts;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.TestDatabases;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pairs of the shadow, by the slices of the traffic that their requests are in. */
class ShadowEvidenceTest {
    private static final Slice GERMAN = new Slice("language", "de");
    private static final Answered FAILED = Answered.failed(Fault.OURS);

    private Database database;
    private RolloutController controller;
    private ArmWeights weights;
    private LiveCounts counts;
    private final RecentRequests requests = new RecentRequests();
    private final SliceCounts slices = new SliceCounts();
    private ShadowEvidence evidence;

    @BeforeEach
    void begin() {
        database = new Database(TestDatabases.embedded());
        RolloutJournal journal = new RolloutJournal(database);
        journal.plan(RolloutPlan.standard("r1", "notes", "v1", "v2"), "ada", "because", Instant.EPOCH);
        controller = RolloutController.takeOver(journal, new RolloutReducer(), "r1");
        controller.accept(new VersionsProbed(Instant.EPOCH, true, true));
        weights = new ArmWeights(journal);
        counts = new LiveCounts(weights, () -> 0);
        evidence = new ShadowEvidence(requests, counts, slices);
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

    private void asked(String requestId, String language) {
        requests.add(
                requestId,
                new Seen(
                        new Arm("r1", false),
                        weights.revisionOf("r1"),
                        true,
                        RequestTraits.of("acme", "simple", language, 10)));
    }

    private static Answered took(long micros) {
        return new Answered(Fault.NOBODYS, OptionalLong.empty(), OptionalLong.empty(), OptionalLong.of(micros));
    }

    private void answered(int number, Answered baseline, Answered candidate) {
        evidence.answered(
                "r1",
                new Side<>("request-" + number, "call-" + number, baseline),
                new Side<>("copy-of-call-" + number, "copy-" + number, candidate));
    }

    private ArmCounts of(SliceCounts.Drained drained, Metric metric, Slice slice) {
        return drained.slices().stream()
                .filter(sliced -> sliced.metric() == metric && sliced.slice().equals(slice))
                .map(Sliced::counts)
                .reduce(ArmCounts.NONE, ArmCounts::plus);
    }

    @Test
    void aPairIsInTheSlicesOfItsRequestAndItsBadSidesAreSamples() {
        asked("request-1", "de");
        asked("request-2", "en");
        answered(1, took(1), FAILED);
        answered(2, FAILED, FAILED);
        SliceCounts.Drained drained = slices.drain();
        assertThat(of(drained, Metric.ERROR, GERMAN)).isEqualTo(new ArmCounts(1, 1, 1, 0, 0));
        assertThat(of(drained, Metric.ERROR, new Slice("tenant", "acme"))).isEqualTo(new ArmCounts(2, 2, 2, 1, 1));
        assertThat(drained.samples())
                .containsExactly(
                        new Sample("r1", "copy-1", "request-1", true, Metric.ERROR, "acme", "simple"),
                        new Sample("r1", "copy-2", "request-2", true, Metric.ERROR, "acme", "simple"),
                        new Sample("r1", "call-2", "request-2", false, Metric.ERROR, "acme", "simple"));
    }

    @Test
    void verdictsCountWhereTheJudgeHasSeenBothAnswersAndNeverOneByItself() {
        asked("request-1", "de");
        Judgement good = new Judgement(false, false);
        ArmJudgements single = new ArmJudgements(requests, counts, slices);
        single.judged(new Arm("r1", false), "request-1", "call-1", good);
        evidence.judged(
                "r1",
                new Side<>("request-1", "call-1", Optional.of(good)),
                new Side<>("copy-of-call-1", "call-1", Optional.of(new Judgement(true, false))));
        evidence.judged(
                "r1",
                new Side<>("request-1", "call-1", Optional.of(good)),
                new Side<>("copy-of-call-1", "call-1", Optional.empty()));
        command(Verb.ROLL_BACK);
        single.judged(new Arm("r1", false), "request-1", "call-1", good);
        SliceCounts.Drained drained = slices.drain();
        assertThat(of(drained, Metric.HALLUCINATION, GERMAN)).isEqualTo(new ArmCounts(1, 1, 1, 0, 0));
        assertThat(of(drained, Metric.LOW_QUALITY, GERMAN)).isEqualTo(new ArmCounts(1, 0, 1, 0, 0));
    }

    @Test
    void aPairThatIsCompleteOnlyAfterTheShadowIsInNoSlice() {
        asked("request-1", "de");
        command(Verb.PROMOTE_ONE);
        answered(1, took(1), FAILED);
        assertThat(slices.drain().slices()).isEmpty();
    }

    @Test
    void howSlowACandidateIsThatHasJustBegunIsSaidOfNoSlice() {
        long warmUpCount = RolloutLimits.DEFAULT.warmUpCount();
        int readableFrom = 100; // answers of the baseline, before which nothing is known to be slow
        for (int i = 0; i < readableFrom + warmUpCount + 7; i++) {
            asked("request-" + i, "de");
            answered(i, took(1000), took(5000));
        }
        SliceCounts.Drained drained = slices.drain();
        assertThat(of(drained, Metric.END_TO_END, GERMAN)).isEqualTo(new ArmCounts(7, 7, 7, 0, 0));
        assertThat(of(drained, Metric.ERROR, GERMAN).candidateCount()).isEqualTo(readableFrom + warmUpCount + 7);
    }

    @Test
    void whatPairsHaveInCommonIsKeptWithThem() {
        SliceStore store = new SliceStore(database);
        asked("request-1", "de");
        answered(1, FAILED, FAILED);
        SliceCounts.Drained drained = slices.drain();
        store.add("process", drained.slices(), drained.samples());
        store.add("process", drained.slices(), drained.samples());
        assertThat(store.slices("r1"))
                .filteredOn(sliced -> sliced.slice().equals(GERMAN))
                .singleElement()
                .extracting(Sliced::counts)
                .isEqualTo(new ArmCounts(2, 2, 2, 2, 2));
    }
}
