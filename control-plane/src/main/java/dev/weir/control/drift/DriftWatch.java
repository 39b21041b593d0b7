package dev.weir.control.drift;

import dev.weir.control.classification.Classifier;
import dev.weir.control.drift.AnswerSigns.Place;
import dev.weir.control.drift.DriftStore.Sign;
import dev.weir.control.embedding.SentenceEncoder;
import dev.weir.control.evaluation.QualityEvent.Scored;
import dev.weir.control.evaluation.live.JudgedAnswers;
import dev.weir.control.evaluation.live.LiveAnswer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts the signs of sampled answers, and brings the counts to the database now and then. What finds no place is not looked at: it is a sample
 * in any case.
 *
 * <p>Thread-safety: anybody may bring; one thread counts and writes.
 */
public final class DriftWatch implements JudgedAnswers {
    private static final int WAITING_MAX = 256;
    /** Counts that wait for a database that is away; more are forgotten. */
    private static final int ENTRIES_MAX = 100_000;

    private static final Duration WRITE_EVERY = Duration.ofSeconds(15);

    private final DriftStore store;
    private final AnswerSigns signs;
    private final Supplier<DriftPolicy> policy;
    private final InstantSource clock;
    private final BlockingQueue<Brought> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
    private final Map<Sign, Long> counts = new HashMap<>();
    private LocalDate forgotten = LocalDate.MIN;
    private Instant written = Instant.EPOCH;

    /** An answer, and the verdict on it where it comes from the judge. */
    private record Brought(LiveAnswer answer, @Nullable Scored verdict) {}

    /**
     * A watch, to be given rounds.
     *
     * @param encoder for topics; without one there is one topic
     */
    public DriftWatch(
            DriftStore store,
            Classifier classifier,
            @Nullable SentenceEncoder encoder,
            Supplier<DriftPolicy> policy,
            InstantSource clock) {
        this.store = store;
        this.signs = new AnswerSigns(classifier, encoder);
        this.policy = policy;
        this.clock = clock;
    }

    /** Whether an answer is in the sample. */
    public boolean samples(String callId) {
        return policy.get().samples(callId);
    }

    /** Counts what an answer looks like. Never waits. */
    public void saw(LiveAnswer answer) {
        if (samples(answer.subject().callId())) {
            waiting.offer(new Brought(answer, null));
        }
    }

    /** Counts what the judge says. Never waits. */
    @Override
    public void over(LiveAnswer answer, @Nullable Scored verdict) {
        if (verdict != null) {
            waiting.offer(new Brought(answer, verdict));
        }
    }

    private void count(Brought brought) {
        Place place = signs.place(brought.answer());
        Scored verdict = brought.verdict();
        Map<Signal, String> found;
        if (verdict == null) {
            found = AnswerSigns.of(brought.answer(), place);
        } else {
            found = new EnumMap<>(Signal.class);
            found.put(Signal.QUALITY, Signal.ofShare(verdict.quality()));
            found.put(Signal.HALLUCINATION, Signal.of(verdict.hallucinated()));
        }
        String judgeVersion = verdict == null ? "" : verdict.judgeVersion();
        found.forEach((signal, bin) -> {
            Sign entry = new Sign(place.cell(), signal, judgeVersion, bin);
            if (counts.size() < ENTRIES_MAX || counts.containsKey(entry)) {
                counts.merge(entry, 1L, Long::sum);
            }
        });
    }

    /** Counts what waits, and writes it now and then. Blocking. */
    public void round() {
        countWaiting();
        if (!clock.instant().isBefore(written.plus(WRITE_EVERY))) {
            write();
        }
    }

    private void countWaiting() {
        for (Brought brought = waiting.poll(); brought != null; brought = waiting.poll()) {
            count(brought);
        }
    }

    /** Counts what waits and writes it. Blocking. */
    public void turn() {
        countWaiting();
        write();
    }

    private void write() {
        written = clock.instant();
        if (!counts.isEmpty()) {
            store.add(counts);
            counts.clear();
        }
        LocalDate today = written.atZone(ZoneOffset.UTC).toLocalDate();
        if (!today.equals(forgotten)) {
            store.forgetBefore(today);
            forgotten = today;
        }
    }
}
