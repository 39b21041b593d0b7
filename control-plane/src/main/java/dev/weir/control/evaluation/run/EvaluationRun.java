package dev.weir.control.evaluation.run;

import dev.weir.control.evaluation.golden.Check;
import dev.weir.control.evaluation.golden.GoldenCase;
import dev.weir.control.evaluation.golden.GoldenSet;
import dev.weir.control.evaluation.grading.Answer;
import dev.weir.control.evaluation.grading.Grade;
import dev.weir.control.evaluation.grading.Grader;
import dev.weir.control.evaluation.grading.Preference;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** Asks every case as often as the settings say, so many at a time, but for what is done already. */
public final class EvaluationRun {
    /** As many requests under way are all that a run may have. */
    public static final int CONCURRENCY_MAX = 256;

    /** What the judge says of answers whose case asks it nothing of its own. */
    public static final String JUDGED_METRIC = "judged-quality";

    /** The criterion of that metric. */
    public static final String QUALITY = "The answer is correct, complete, and what the question asks for.";

    private static final double TOKENS_PER_PRICE = 1_000_000;
    private static final int ANSWER_TOKENS_UNSAID = 512;

    private final RunSettings settings;
    private final GoldenSet set;
    private final ModelServer server;
    private final Grader grader;
    private final @Nullable Opponent opponent;
    private volatile boolean cancelled;

    /** Told of every attempt, by many threads. */
    @FunctionalInterface
    public interface Progress {
        void advanced(int doneCount, int totalCount);
    }

    /**
     * A run that has not begun.
     *
     * @param opponent the run that the settings say it is compared with
     */
    public EvaluationRun(
            RunSettings settings, GoldenSet set, ModelServer server, Grader grader, @Nullable Opponent opponent) {
        if (!settings.goldenHash().equals(set.hash())) {
            throw new IllegalArgumentException(
                    "the run is of the golden set " + settings.goldenHash() + ", not of " + set.hash());
        }
        if (!Objects.equals(settings.comparedWith(), opponent == null ? null : opponent.runId())) {
            throw new IllegalArgumentException("the run is compared with " + settings.comparedWith());
        }
        this.settings = settings;
        this.set = set;
        this.server = server;
        this.grader = grader;
        this.opponent = opponent;
    }

    /** No further case is asked. */
    public void cancel() {
        cancelled = true;
    }

    public boolean isCancelled() {
        return cancelled;
    }

    /** Returns when every case has been asked, or after {@link #cancel}. */
    public void execute(int concurrency, AttemptKeeper keeper, Progress progress) throws InterruptedException {
        if (concurrency < 1 || concurrency > CONCURRENCY_MAX) {
            throw new IllegalArgumentException("1 to " + CONCURRENCY_MAX + " requests at a time: " + concurrency);
        }
        Set<Attempt.Key> done = keeper.done();
        Queue<Runnable> open = new ConcurrentLinkedQueue<>();
        AtomicInteger doneCount = new AtomicInteger();
        int totalCount = set.cases().size() * settings.repeatCount();
        for (int repeat = 0; repeat < settings.repeatCount(); repeat++) {
            for (GoldenCase golden : set.cases()) {
                if (done.contains(new Attempt.Key(golden.id(), repeat))) {
                    doneCount.incrementAndGet();
                    continue;
                }
                int turn = repeat;
                open.add(() -> {
                    Attempt attempt = attempt(golden, turn);
                    if (!Thread.currentThread().isInterrupted()) {
                        keeper.keep(attempt);
                        progress.advanced(doneCount.incrementAndGet(), totalCount);
                    }
                });
            }
        }
        progress.advanced(doneCount.get(), totalCount);
        work(concurrency, open);
    }

    private void work(int concurrency, Queue<Runnable> open) throws InterruptedException {
        try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> working = new ArrayList<>();
            for (int i = 0; i < concurrency; i++) {
                working.add(workers.submit(() -> {
                    for (Runnable next = open.poll(); next != null && !cancelled; next = open.poll()) {
                        next.run();
                    }
                }));
            }
            for (Future<?> worker : working) {
                worker.get();
            }
        } catch (ExecutionException failure) {
            cancelled = true;
            throw failure.getCause() instanceof RuntimeException known
                    ? known
                    : new IllegalStateException(failure.getCause());
        }
    }

    private Attempt attempt(GoldenCase golden, int repeat) {
        try {
            Answer answer = priced(server.chat(settings.model(), request(golden, repeat)));
            List<Grade> grades = grader.grade(golden, checks(golden), answer);
            Preference preference = opponent == null || repeat > 0 ? null : opponent.against(golden, answer.text());
            return new Attempt(golden.id(), repeat, answer, null, grades, preference);
        } catch (IOException failure) {
            return new Attempt(golden.id(), repeat, null, String.valueOf(failure.getMessage()), List.of());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Attempt(golden.id(), repeat, null, "interrupted", List.of());
        }
    }

    /** With a judge, it says of every answer how good it is: a metric beside the case's own checks, which decides nothing about the case. */
    private List<Check> checks(GoldenCase golden) {
        boolean judged = golden.checks().stream().anyMatch(check -> check.kind() == Check.Kind.RUBRIC);
        if (settings.judgeVersion() == null || judged) {
            return golden.checks();
        }
        List<Check> checks = new ArrayList<>(golden.checks());
        checks.add(new Check(
                Check.Kind.RUBRIC, false, StringNode.valueOf(QUALITY), null, 0, JUDGED_METRIC, Check.Look.EXACT));
        return checks;
    }

    /** Greedy unless the case says otherwise. Repeats differ by their seed, so that nobody answers them from a cache. */
    private ObjectNode request(GoldenCase golden, int repeat) {
        ObjectNode body = golden.parameters().deepCopy();
        body.set("messages", golden.messages());
        if (!body.has("temperature")) {
            body.put("temperature", 0);
        }
        if (!body.has("max_tokens") && !body.has("max_completion_tokens")) {
            body.put("max_tokens", ANSWER_TOKENS_UNSAID);
        }
        if (settings.repeatCount() > 1) {
            body.put("seed", repeat);
        }
        return body;
    }

    private Answer priced(Answer answer) {
        double cost = (answer.inputTokens() * settings.inputPrice() + answer.outputTokens() * settings.outputPrice())
                / TOKENS_PER_PRICE;
        return new Answer(
                answer.text(),
                answer.toolCalls(),
                answer.finishReason(),
                answer.latencyMillis(),
                answer.inputTokens(),
                answer.outputTokens(),
                cost);
    }
}
