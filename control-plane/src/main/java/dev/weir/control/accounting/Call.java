package dev.weir.control.accounting;

import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.EngineTimes;
import dev.weir.control.completion.Outside;
import dev.weir.control.completion.ServedExchange;
import dev.weir.control.completion.Usage;
import dev.weir.control.identity.Caller;
import io.micrometer.core.instrument.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is noted of a request while it is on its way; {@link #entry} makes the row of it.
 *
 * <p>Thread-safety: locked, because a client may leave on one event loop while a piece of its answer comes on another.
 */
public final class Call {
    /** Where and why a request went. What nobody chose is null. */
    public record Course(
            @Nullable String engine,
            @Nullable String version,
            @Nullable String arm,
            @Nullable String tier,
            @Nullable String reason) {
        static final Course NONE = new Course(null, null, null, null, null);

        /** The same, where whoever answered says which of the models of that name it was; else as it is. */
        public Course answeredBy(@Nullable String told) {
            return told == null ? this : new Course(engine, told, arm, tier, reason);
        }
    }

    /** The feature of what is computed only to see whether remembered answers are right. */
    public static final String CACHE_CHECK = "weir-cache-check";

    /** The feature of answers that were made and not sent. */
    public static final String UPGRADE_REJECTED = "weir-upgrade-rejected";

    /** Features that no caller can say, because Weir computes for them. */
    public static final Set<String> OWN_FEATURES = Set.of(CACHE_CHECK, UPGRADE_REJECTED);

    /** The tenant of copies that nobody is billed for. */
    public static final String SHADOW_TENANT = "weir-shadow";

    private static final int TOKENS_TO_TELL_MIN = 8;
    private static final int TRIES_CHARS_MAX = 1_000;

    private final String id;
    private final Caller caller;
    private CompletionRequest request;
    private final @Nullable String feature;
    private ModelPrice price;
    private final Clock clock;
    private final Instant at;
    private final long startNanos;
    private @Nullable String subject;
    private Course course = Course.NONE;
    private @Nullable Usage told;
    private long pieceCount;
    private long firstByteNanos;
    private boolean answered;
    private boolean left;
    private boolean over;
    private @Nullable String cache;
    private @Nullable String guard;
    private @Nullable String compression;
    private @Nullable String tries;
    private @Nullable EngineTimes engineTimes;
    private final List<Call> rejected = new ArrayList<>();

    Call(
            String id,
            Caller caller,
            CompletionRequest request,
            @Nullable String feature,
            ModelPrice price,
            Instant at,
            Clock clock) {
        this.id = id;
        this.caller = caller;
        this.request = request;
        this.feature = feature;
        this.price = price;
        this.at = at;
        this.clock = clock;
        this.startNanos = clock.monotonicTime();
    }

    /** Of requests that are the caller's business only this can be told apart by anyone. */
    public String id() {
        return id;
    }

    public Caller caller() {
        return caller;
    }

    public synchronized CompletionRequest request() {
        return request;
    }

    public synchronized ModelPrice price() {
        return price;
    }

    /** It is for this person, as the caller says. */
    public synchronized void isFor(String person) {
        subject = person;
    }

    /** Where it went last, and why. */
    public synchronized Course course() {
        return course;
    }

    /** It goes there, for this reason; said again where it goes elsewhere. */
    public synchronized void takes(Course taken) {
        course = taken;
    }

    /**
     * A better model is asked, because an answer will not do.
     *
     * @param row of its own that the answer has
     */
    public synchronized void goesUp(Call row, CompletionRequest better, ModelPrice itsPrice) {
        rejected.add(row);
        request = better;
        price = itsPrice;
    }

    /** The better model that was asked last has told nobody anything: it is as it was before. */
    public synchronized void comesBack() {
        Call row = rejected.removeLast();
        request = row.request();
        price = row.price();
        course = row.course();
        guard = row.guardSays();
        compression = row.compressionSays();
    }

    /** Its caller gets none of the answers, so that nobody pays for those that would not do. */
    public synchronized void hasNoAnswer() {
        rejected.clear();
    }

    /** The answers that would not do, in the order in which they came. */
    public synchronized List<Call> rejected() {
        return List.copyOf(rejected);
    }

    /** It costs this, since somebody else than was thought answers it. */
    public synchronized void costs(ModelPrice other) {
        price = other;
    }

    /** A good answer has begun. */
    public synchronized void answered() {
        if (!answered && !over) {
            answered = true;
            firstByteNanos = clock.monotonicTime();
        }
    }

    /** So many pieces of a streamed answer have passed. */
    public synchronized void piecesPassed(int count) {
        pieceCount += over ? 0 : count;
    }

    /** An engine said what the request took so far. */
    public synchronized void told(Usage usage) {
        if (!over) {
            told = usage;
        }
    }

    /** The answer was known, and this is how; the usage is what it took when it was made. Nobody pays for it again. */
    public synchronized void cached(String how, Usage usage) {
        cache = how;
        told = usage;
        answered();
    }

    /** What was done to its prompt before it went on; empty texts where nothing was. */
    public synchronized void prepared(String byGuard, String byCompression) {
        guard = byGuard.isEmpty() ? null : byGuard;
        compression = byCompression.isEmpty() ? null : byCompression;
    }

    /** Its prompt is the other's. */
    public void preparedAs(Call other) {
        String byGuard = other.guardSays();
        String byCompression = other.compressionSays();
        synchronized (this) {
            guard = byGuard;
            compression = byCompression;
        }
    }

    private synchronized @Nullable String guardSays() {
        return guard;
    }

    private synchronized @Nullable String compressionSays() {
        return compression;
    }

    /** Guards keep its prompt from a better model, which is not asked. */
    public void keptFrom(String model, String why) {
        guarded("for " + model + ": " + why);
    }

    /** What guards found in its answer. */
    public synchronized void guarded(String found) {
        guard = guard == null ? found : guard + "; " + found;
    }

    /** An engine failed it, or had no room for it; another may answer. */
    public synchronized void failedAt(String engine, String why) {
        String failed = engine + ": " + why.replace(';', ',');
        if (tries == null) {
            tries = failed;
        } else if (tries.length() < TRIES_CHARS_MAX) {
            tries = tries + "; " + failed;
        }
    }

    /** The engine that answers says what its time went into. */
    public synchronized void engineTook(EngineTimes times) {
        engineTimes = times;
    }

    /** Whether the answer was known. */
    public synchronized boolean wasCached() {
        return cache != null;
    }

    /**
     * It is over, and took what it has taken until now. Budgets and the ledger hear of it one after the other, in an order that depends on how
     * it ended; a piece that comes on another thread between the two is of neither.
     */
    public synchronized void over() {
        over = true;
    }

    /** Its client read no more of the answer. */
    public synchronized void left() {
        left = true;
    }

    /** Whether its client left before the answer was whole. */
    public synchronized boolean wasLeft() {
        return left;
    }

    /** Whether a good answer began: whoever got none pays nothing. */
    public synchronized boolean wasAnswered() {
        return answered;
    }

    /**
     * What it took: what the engine said of it; for a stream that ended before it could, what it was let in with and one token for each
     * piece; and nothing where no answer began.
     */
    public synchronized Usage usage() {
        if (told != null) {
            return told;
        }
        return answered ? new Usage(request.demand().inputTokensLikely(), 0, pieceCount) : Usage.NONE;
    }

    /** How long each token behind the first took, of a stream that was long enough to tell. */
    public synchronized Optional<Duration> perToken() {
        long tokens = told == null || !answered || cache != null || !request.stream() ? 0 : told.outputTokens();
        return tokens < TOKENS_TO_TELL_MIN
                ? Optional.empty()
                : Optional.of(Duration.ofNanos((clock.monotonicTime() - firstByteNanos) / (tokens - 1)));
    }

    public synchronized long costNanos() {
        return wasCached() ? 0 : price.costNanos(usage());
    }

    /** For whoever looks at answers as they pass. What another than the arm's version says is no word of the arm's. */
    public synchronized ServedExchange served() {
        String arm = rejected.isEmpty() && !Outside.is(course.engine()) ? course.arm() : null;
        return new ServedExchange(id, caller.tenant().id(), feature, request, arm, at);
    }

    /** Its row in the ledger, if it is over now. */
    public synchronized LedgerEntry entry(String status) {
        return new LedgerEntry(
                id,
                request.id(),
                at,
                caller.tenant().id(),
                caller.userId(),
                caller.keyId(),
                subject,
                feature,
                request.endpoint().path(),
                request.model(),
                course.version(),
                course.engine(),
                course.arm(),
                course.tier(),
                course.reason(),
                cache,
                guard,
                compression,
                tries,
                engineTimes,
                request.stream(),
                usage(),
                told != null,
                costNanos(),
                answered ? micros(firstByteNanos) : null,
                micros(clock.monotonicTime()),
                status);
    }

    private long micros(long untilNanos) {
        return TimeUnit.NANOSECONDS.toMicros(untilNanos - startNanos);
    }
}
