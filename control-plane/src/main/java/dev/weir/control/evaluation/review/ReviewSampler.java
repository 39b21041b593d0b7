package dev.weir.control.evaluation.review;

import dev.weir.control.completion.ServedExchange;
import dev.weir.control.evaluation.QualityEvent.Scored;
import dev.weir.control.evaluation.QualityEvent.Subject;
import dev.weir.control.evaluation.live.JudgedAnswers;
import dev.weir.control.evaluation.live.LiveAnswer;
import dev.weir.control.evaluation.live.LivePolicy;
import dev.weir.control.storage.Database;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAdjusters;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Draws the sample that people look at, week by week.
 *
 * <p>A replica remembers which rank an answer has to be below, so that of many answers only some {@code k (1 + ln(n/k))} reach the database. What
 * it remembers may be too high, when another replica has filled the sample: then an answer comes for nothing, and nothing else happens.
 *
 * <p>Thread-safety: anybody may ask and offer; one thread writes.
 */
public final class ReviewSampler implements JudgedAnswers {
    private static final Logger log = LoggerFactory.getLogger(ReviewSampler.class);
    private static final int WAITING_MAX = 256;
    /** Models that are sampled at a time; another one is not. */
    private static final int MODELS_MAX = 1000;
    /** Counts of verdicts that wait for a database that is away; others are not counted. */
    private static final int JUDGED_MAX = 4000;

    private static final int CONVERSATION_CHARS_MAX = 64 << 10;
    private static final Duration REST = Duration.ofSeconds(30);
    /** After the end of a week, for answers that the judge has yet to see. */
    private static final Duration GRACE = Duration.ofMinutes(10);

    private final ReviewSamples samples;
    private final Supplier<ReviewPolicy> policy;
    private final Supplier<LivePolicy> judged;
    private final InstantSource clock;
    private final BlockingQueue<ReviewItem> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
    private final Map<Bound, Double> bounds = new ConcurrentHashMap<>();
    private final Map<ReviewSamples.Judged, Long> judgedCounts = new ConcurrentHashMap<>();
    private Instant turned = Instant.EPOCH;

    private record Bound(ReviewSamples.Key key, Draw draw) {}

    /**
     * A sampler, to be given rounds.
     *
     * @param judged who else is asked about answers
     */
    public ReviewSampler(
            Database database, Supplier<ReviewPolicy> policy, Supplier<LivePolicy> judged, InstantSource clock) {
        this.samples = new ReviewSamples(database);
        this.policy = policy;
        this.judged = judged;
        this.clock = clock;
    }

    /** Whether an answer may be one of those that are drawn whatever they say. Never waits. */
    public boolean wants(ServedExchange exchange) {
        return wants(exchange.callId(), exchange.tenant(), exchange.request().model(), exchange.at());
    }

    /** The same of an answer that has been given. */
    public boolean wants(Subject subject) {
        return wants(subject.callId(), subject.tenant(), subject.model(), subject.at());
    }

    private boolean wants(String callId, String tenant, String model, Instant at) {
        return policy.get().tenants().contains(tenant)
                && isBelow(new ReviewSamples.Key(weekOf(at), model), Draw.UNIFORM, Draw.UNIFORM.rank(callId, 1));
    }

    /** Keeps it, where it is of the sample. Never waits: what finds no place is not of it. */
    @Override
    public void over(LiveAnswer answer, @Nullable Scored verdict) {
        String callId = answer.subject().callId();
        ReviewSamples.Key key = new ReviewSamples.Key(
                weekOf(answer.subject().at()), answer.subject().model());
        if (!policy.get().tenants().contains(answer.subject().tenant())) {
            return;
        }
        count(key, verdict);
        double weight = Draw.weight(verdict == null ? 0.5 : verdict.quality());
        double uniform = Draw.UNIFORM.rank(callId, 1);
        double uncertain = Draw.UNCERTAIN.rank(callId, weight);
        boolean isUniform = isBelow(key, Draw.UNIFORM, uniform);
        // Whoever was only asked about for the other half is no random answer.
        boolean isUncertain = judged.get().samples(callId) && isBelow(key, Draw.UNCERTAIN, uncertain);
        String conversation = answer.messages().toString();
        if ((isUniform || isUncertain) && conversation.length() <= CONVERSATION_CHARS_MAX) {
            boolean taken = waiting.offer(new ReviewItem(
                    UUID.randomUUID().toString(),
                    key.week(),
                    answer.subject(),
                    conversation,
                    answer.text(),
                    isUniform ? uniform : null,
                    isUncertain ? uncertain : null,
                    verdict == null
                            ? null
                            : new ReviewItem.Judged(verdict.judgeVersion(), verdict.pass(), verdict.hallucinated())));
            if (!taken) {
                log.warn("an answer is missing from the sample for review: {} wait to be written", WAITING_MAX);
            }
        }
    }

    private void count(ReviewSamples.Key key, @Nullable Scored verdict) {
        if (verdict != null) {
            count(new ReviewSamples.Judged(key, verdict.judgeVersion(), verdict.pass()), 1L);
        }
    }

    private void count(ReviewSamples.Judged judged, long more) {
        if (judgedCounts.size() < JUDGED_MAX || judgedCounts.containsKey(judged)) {
            judgedCounts.merge(judged, more, Long::sum);
        }
    }

    private boolean isBelow(ReviewSamples.Key key, Draw draw, double rank) {
        return count(draw) > 0 && rank < bounds.getOrDefault(new Bound(key, draw), Double.POSITIVE_INFINITY);
    }

    /** Without a judge there is nobody to be unsure. */
    private int count(Draw draw) {
        int all = policy.get().sampleCount();
        int uncertain = judged.get().judgeModel() == null ? 0 : all / 2;
        return switch (draw) {
            case UNIFORM -> all - uncertain;
            case UNCERTAIN -> uncertain;
        };
    }

    static LocalDate weekOf(Instant at) {
        return at.atZone(ZoneOffset.UTC).toLocalDate().with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
    }

    /** Writes one. */
    private void keep(ReviewItem item) {
        ReviewSamples.Key key =
                new ReviewSamples.Key(item.week(), item.subject().model());
        if (item.week().isBefore(openWeek())
                || (bounds.size() >= 2 * MODELS_MAX && !bounds.containsKey(new Bound(key, Draw.UNIFORM)))) {
            return;
        }
        samples.add(item, count(Draw.UNIFORM), count(Draw.UNCERTAIN));
        for (Draw draw : Draw.values()) {
            OptionalDouble bound = samples.bound(key, draw, count(draw));
            bounds.put(new Bound(key, draw), bound.orElse(Double.POSITIVE_INFINITY));
        }
    }

    /** The earliest week that answers are still drawn of. */
    private LocalDate openWeek() {
        return weekOf(clock.instant().minus(GRACE));
    }

    /** Writes what waits, and looks at the weeks now and then. Blocking. */
    public void round() {
        if (clock.instant().isBefore(turned.plus(REST))) {
            keepWaiting();
        } else {
            turn();
        }
    }

    private void keepWaiting() {
        for (ReviewItem item = waiting.poll(); item != null; item = waiting.poll()) {
            keep(item);
        }
        writeCounts();
    }

    /** Writes what waits, closes the weeks that are over, and forgets what is not to be kept. Blocking. */
    public void turn() {
        keepWaiting();
        turned = clock.instant();
        ReviewPolicy now = policy.get();
        LocalDate open = openWeek();
        samples.openBefore(open).forEach(key -> samples.close(key, now.twoKeyCount()));
        bounds.keySet().removeIf(bound -> bound.key().week().isBefore(open));
        samples.forget(now.tenants(), weekOf(clock.instant().minus(now.textKeptFor())));
    }

    private void writeCounts() {
        Map<ReviewSamples.Judged, Long> counts = new HashMap<>();
        for (ReviewSamples.Judged judged : List.copyOf(judgedCounts.keySet())) {
            Long count = judgedCounts.remove(judged);
            if (count != null) {
                counts.put(judged, count);
            }
        }
        if (counts.isEmpty()) {
            return;
        }
        try {
            samples.add(counts);
        } catch (RuntimeException failure) {
            counts.forEach(this::count); // they wait for the next round
            throw failure;
        }
    }
}
