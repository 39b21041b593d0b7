package dev.weir.control.drift;

import dev.weir.control.classification.Classifier;
import dev.weir.control.drift.AnswerSigns.Place;
import dev.weir.control.drift.DriftStore.Sign;
import dev.weir.control.embedding.SentenceEncoder;
import dev.weir.control.evaluation.QualityEvent.Scored;
import dev.weir.control.evaluation.live.JudgedAnswers;
import dev.weir.control.evaluation.live.LiveAnswer;
import dev.weir.control.storage.Database;
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
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Counts the signs of sampled answers, and brings the counts to the database now and then. What finds no place is not looked at: it is a sample
 * in any case.
 *
 * <p>Thread-safety: anybody may bring; one thread counts and writes.
 */
public final class DriftWatch implements JudgedAnswers, SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(DriftWatch.class);
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
    private volatile @Nullable Thread worker;

    /** An answer, and the verdict on it where it comes from the judge. */
    private record Brought(LiveAnswer answer, @Nullable Scored verdict) {}

    /**
     * A watch that begins with {@link #start}.
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
        found.forEach((signal, bin) -> {
            Sign entry = new Sign(place.cell(), signal, bin);
            if (counts.size() < ENTRIES_MAX || counts.containsKey(entry)) {
                counts.merge(entry, 1L, Long::sum);
            }
        });
    }

    /** Counts what waits and writes it. Blocking. */
    void turn() {
        for (Brought brought = waiting.poll(); brought != null; brought = waiting.poll()) {
            count(brought);
        }
        if (!counts.isEmpty()) {
            store.add(counts);
            counts.clear();
        }
        written = clock.instant();
        LocalDate today = written.atZone(ZoneOffset.UTC).toLocalDate();
        if (!today.equals(forgotten)) {
            store.forgetBefore(today);
            forgotten = today;
        }
    }

    private void work() {
        while (isRunning()) {
            try {
                Brought brought = waiting.poll(WRITE_EVERY.toMillis(), TimeUnit.MILLISECONDS);
                if (brought != null) {
                    count(brought);
                }
                if (!clock.instant().isBefore(written.plus(WRITE_EVERY))) {
                    turn();
                }
            } catch (InterruptedException _) {
                return;
            } catch (DataAccessException | TransactionException failure) {
                log.warn("drift is not written: {}", failure.getMessage());
            }
        }
    }

    @Override
    public void start() {
        Thread started = Thread.ofVirtual().name("weir-drift").unstarted(this::work);
        worker = started;
        started.start();
    }

    @Override
    public void stop() {
        Thread stopping = worker;
        worker = null;
        if (stopping != null) {
            stopping.interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return worker != null;
    }

    @Override
    public int getPhase() {
        return Database.PHASE + 1;
    }
}
