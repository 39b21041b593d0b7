package dev.weir.control.evaluation.live;

import dev.weir.control.evaluation.QualityEvent;
import dev.weir.control.evaluation.QualityEvent.Asked;
import dev.weir.control.evaluation.QualityEvent.JudgeState;
import dev.weir.control.evaluation.QualityEvent.Scored;
import dev.weir.control.evaluation.QualityEvent.Unscored;
import dev.weir.control.evaluation.QualityListener;
import dev.weir.control.evaluation.judge.Canary;
import dev.weir.control.evaluation.judge.CanaryWatch;
import dev.weir.control.evaluation.judge.Exhibit;
import dev.weir.control.evaluation.judge.Judge;
import dev.weir.control.evaluation.judge.Verdict;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Judges sampled answers, two at a time, as many in a minute as its budget allows; what finds no place is told as unscored. Every fiftieth
 * verdict is asked of a case with a known label, which is how a judge that has changed is found out.
 */
public final class OnlineJudge implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(OnlineJudge.class);
    private static final int WAITING_MAX = 1000;
    private static final int WORKER_COUNT = 2;
    private static final int CANARY_EVERY = 50;
    private static final long SECONDS_PER_MINUTE = 60;
    private static final String MISTAKEN = "it does not recognise cases whose label is known";

    private final Supplier<LivePolicy> policy;
    private final Function<String, Judge> judges;
    private final List<QualityListener> listeners;
    private final JudgedAnswers afterwards;
    private final InstantSource clock;
    private final BlockingQueue<LiveAnswer> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
    private final AtomicLong verdictCount = new AtomicLong();
    private long minute;
    private int takenThisMinute;
    private boolean available = true;
    private volatile List<Thread> workers = List.of();
    private @Nullable Watched watched;

    /** A judge and what is known of it; another judge is watched from the beginning. */
    private record Watched(String judgeVersion, CanaryWatch watch) {}

    /**
     * A judge that begins with {@link #start}.
     *
     * @param judges by the model's name
     * @param afterwards is shown every answer that was taken
     */
    public OnlineJudge(
            Supplier<LivePolicy> policy,
            Function<String, Judge> judges,
            List<QualityListener> listeners,
            JudgedAnswers afterwards,
            InstantSource clock) {
        this.policy = policy;
        this.judges = judges;
        this.listeners = List.copyOf(listeners);
        this.afterwards = afterwards;
        this.clock = clock;
    }

    /** Never waits. What the judge's question does not apply to is not asked of it: it is as if it had not been sampled. */
    public void take(LiveAnswer answer) {
        String model = policy.get().judgeModel();
        if (model != null && judges.apply(model).inapplicableTo(exhibit(answer)).isPresent()) {
            afterwards.over(answer, null);
            return;
        }
        tell(new Asked(answer.subject()));
        if (!isWithinBudget(clock.instant())) {
            over(answer, new Unscored(answer.subject(), "the judge's budget of this minute is spent"));
        } else if (!waiting.offer(answer)) {
            over(answer, new Unscored(answer.subject(), "too many answers wait for the judge"));
        }
    }

    private synchronized boolean isWithinBudget(Instant now) {
        long current = now.getEpochSecond() / SECONDS_PER_MINUTE;
        if (current != minute) {
            minute = current;
            takenThisMinute = 0;
        }
        return ++takenThisMinute <= policy.get().perMinuteMax();
    }

    /** Judges one answer, and now and then a case with a known label before it. */
    void judge(LiveAnswer answer) throws InterruptedException {
        LivePolicy now = policy.get();
        String model = now.judgeModel();
        if (model == null) {
            over(answer, new Unscored(answer.subject(), "no judge is named any more"));
            return;
        }
        Judge judge = judges.apply(model).pinned();
        CanaryWatch watch = watch(judge.version(), now.kappa());
        long number = verdictCount.getAndIncrement();
        if (!now.canaries().isEmpty() && number % CANARY_EVERY == 0) {
            Canary canary = now.canaries()
                    .get((int) (number / CANARY_EVERY % now.canaries().size()));
            watch.saw(canary, judge.judge(canary.exhibit(), Judge.FAITHFUL));
        }
        Exhibit exhibit = exhibit(answer);
        Verdict faithful = judge.judge(exhibit, Judge.FAITHFUL);
        Verdict helpful = judge.judge(exhibit, Judge.HELPFUL);
        if (faithful instanceof Verdict.Ruled supported && helpful instanceof Verdict.Ruled good) {
            double quality = good.score();
            boolean mistaken = watch.isQuarantined(); // once: the other worker's canary may change it in between
            noteAvailable(!mistaken, MISTAKEN);
            // A judge that is mistaken about what is known may be so about this.
            over(
                    answer,
                    mistaken
                            ? new Unscored(answer.subject(), MISTAKEN)
                            : new Scored(
                                    answer.subject(),
                                    !supported.passed(),
                                    quality,
                                    quality >= now.passMark(),
                                    judge.version(),
                                    reason(supported, good)));
        } else {
            String reason = faithful instanceof Verdict.Unscored(var why)
                    ? why
                    : helpful instanceof Verdict.Unscored(var other) ? other : "no verdict";
            over(answer, new Unscored(answer.subject(), reason));
            noteAvailable(!watch.isQuarantined(), reason);
        }
    }

    private static Exhibit exhibit(LiveAnswer answer) {
        return new Exhibit(answer.question(), List.of(), null, answer.text());
    }

    private static String reason(Verdict.Ruled supported, Verdict.Ruled good) {
        return "%s: %s\n%s: %s"
                .formatted(
                        supported.passed() ? "supported" : "not supported",
                        supported.reasoning(),
                        good.passed() ? "good" : "not good",
                        good.reasoning());
    }

    private synchronized CanaryWatch watch(String judgeVersion, double kappa) {
        Watched now = watched;
        if (now == null || !now.judgeVersion().equals(judgeVersion)) {
            now = new Watched(judgeVersion, new CanaryWatch(kappa));
            watched = now;
        }
        return now.watch();
    }

    private synchronized void noteAvailable(boolean now, String reason) {
        if (now != available) {
            available = now;
            log.warn("the judge is {}: {}", now ? "trusted again" : "quarantined", reason);
            tell(new JudgeState(now, now ? "it recognises cases whose label is known again" : reason));
        }
    }

    private void over(LiveAnswer answer, QualityEvent outcome) {
        tell(outcome);
        afterwards.over(answer, outcome instanceof Scored verdict ? verdict : null);
    }

    private void tell(QualityEvent event) {
        listeners.forEach(listener -> listener.accept(event));
    }

    private void work() {
        try {
            while (isRunning()) {
                LiveAnswer answer = waiting.take();
                try {
                    judge(answer);
                } catch (RuntimeException failure) { // whose ever it is, the next answer is judged, too
                    log.warn("an answer is not judged", failure);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void start() {
        List<Thread> started = IntStream.range(0, WORKER_COUNT)
                .mapToObj(i -> Thread.ofVirtual().name("weir-judge-" + i).unstarted(this::work))
                .toList();
        workers = started;
        started.forEach(Thread::start);
    }

    @Override
    public void stop() {
        List<Thread> stopping = workers;
        workers = List.of();
        stopping.forEach(Thread::interrupt);
    }

    @Override
    public boolean isRunning() {
        return !workers.isEmpty();
    }
}
