package dev.weir.engine.execution;

import static java.util.Objects.requireNonNull;

import dev.weir.engine.admission.AdmissionQueue;
import dev.weir.engine.admission.Submission;
import dev.weir.engine.request.FinishReason;
import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.request.TokenEvent;
import dev.weir.engine.request.TokenEvent.Finished;
import dev.weir.engine.request.TokenEvent.Times;
import dev.weir.engine.request.TokenEvent.TokenLogprobs;
import dev.weir.engine.request.TokenEvent.TopToken;
import dev.weir.engine.scheduling.Scheduler;
import dev.weir.engine.scheduling.StepPlan;
import dev.weir.engine.scheduling.StepResult;
import dev.weir.engine.streaming.TokenStream;
import dev.weir.engine.tokenization.Tokenizer;
import dev.weir.engine.usage.EngineUsage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The generations from the door to their end: every way in and every way out passes here, so that a sequence, its admission and its
 * stream can only end together. Confined to the engine thread, but for the counts.
 */
final class Generations {

    private static final Logger LOG = LoggerFactory.getLogger(Generations.class);

    private final AdmissionQueue admission;
    private final Scheduler<Generation> scheduler;
    private final Tokenizer tokenizer;
    private final EngineUsage usage;
    private final LongSupplier ticker;
    private final Doorbell doorbell;
    private final int contextTokensMax;
    private final Duration consumerStallMax;

    private volatile int runningCount;
    private volatile int preemptedCount;
    private volatile int ownedBlocks;

    Generations(
            AdmissionQueue admission,
            Scheduler<Generation> scheduler,
            Tokenizer tokenizer,
            EngineUsage usage,
            LongSupplier ticker,
            Doorbell doorbell,
            int contextTokensMax,
            Duration consumerStallMax) {
        this.admission = admission;
        this.scheduler = scheduler;
        this.tokenizer = tokenizer;
        this.usage = usage;
        this.ticker = ticker;
        this.doorbell = doorbell;
        this.contextTokensMax = contextTokensMax;
        this.consumerStallMax = consumerStallMax;
    }

    int runningCount() {
        return runningCount;
    }

    int waitingCount() {
        return admission.waitingCount() + preemptedCount;
    }

    int ownedBlocks() {
        return ownedBlocks;
    }

    boolean isEmpty() {
        return scheduler.isEmpty() && admission.waitingCount() == 0;
    }

    void accept(Submission submission) {
        try {
            Generation generation = new Generation(submission, tokenizer, contextTokensMax);
            submission.stream().onDemand(doorbell::ring);
            FinishReason endedBefore = generation.retell();
            if (endedBefore == null) {
                scheduler.add(generation);
            } else { // only its end was not told
                admission.release(submission.request());
                publish(
                        generation.id(),
                        generation.stream(),
                        generation.finished(endedBefore, null, ticker.getAsLong()));
            }
        } catch (RuntimeException failure) {
            String id = submission.request().id();
            LOG.error("Request {} could not be taken in.", id, failure);
            admission.release(submission.request());
            String message = "the request could not be taken in: " + failure;
            int promptTokens = submission.request().promptTokenIds().length;
            publish(
                    id,
                    submission.stream(),
                    new Finished(FinishReason.ERROR, "", promptTokens, 0, 0, null, message, Times.NONE));
        }
    }

    /** Ends what its consumer cancelled or left unread for too long, and pauses what has a full stream. */
    void letGo(long nowNanos) {
        letGo(scheduler.running(), nowNanos);
        letGo(scheduler.waiting(), nowNanos);
    }

    private void letGo(List<Generation> generations, long nowNanos) {
        for (int index = generations.size() - 1; index >= 0; index--) { // from the end: they leave while we go
            Generation generation = generations.get(index);
            if (generation.stream().isCancelled()) {
                end(generation, FinishReason.CANCELLED, null);
            } else if (generation.untilExpiryNanos(nowNanos) <= 0) {
                end(generation, FinishReason.EXPIRED, "there was no first token by the request's deadline");
            } else if (generation.pauseWhileFull(nowNanos) >= consumerStallMax.toNanos()) {
                LOG.info("Request {} was cancelled: its consumer stalled.", generation.id());
                String message = "cancelled: nothing was read for " + consumerStallMax + " while the stream was full";
                end(generation, FinishReason.CANCELLED, message);
            }
        }
    }

    /** Nanoseconds until the next generation must be let go if nothing happens; {@link Long#MAX_VALUE} if none ever must. */
    long untilLetGoNanos(long nowNanos) {
        return Math.min(untilLetGoNanos(scheduler.running(), nowNanos), untilLetGoNanos(scheduler.waiting(), nowNanos));
    }

    private long untilLetGoNanos(List<Generation> generations, long nowNanos) {
        long untilNanos = Long.MAX_VALUE;
        for (Generation generation : generations) {
            untilNanos = Math.min(untilNanos, generation.untilExpiryNanos(nowNanos));
            if (generation.isPaused()) {
                untilNanos = Math.min(untilNanos, consumerStallMax.toNanos() - generation.fullForNanos(nowNanos));
            }
        }
        return untilNanos;
    }

    /** Notes what the plan just made begins. */
    void planned(long nowNanos) {
        List<Generation> planned = scheduler.planned();
        for (int index = 0; index < planned.size(); index++) {
            Generation generation = planned.get(index);
            if (!generation.timeline().hasBegun()) {
                generation.timeline().begun(nowNanos);
                admission.release(generation.request());
            }
        }
        count();
    }

    /** Keeps what prompts weigh, streams each sampled token, and the end where it was the last. */
    void deliver(StepPlan plan, StepResult result, long nowNanos) {
        List<Generation> sampled = scheduler.sampled();
        for (int row = 0; row < sampled.size(); row++) {
            Generation generation = sampled.get(row);
            if (plan.givenTokenIds()[row] != StepPlan.NONE_GIVEN) {
                generation.weighed(requireNonNull(logprobs(result, row, generation.promptLogprobCount())));
                continue;
            }
            FinishReason reason;
            String message = null;
            try {
                usage.token(generation.timeline(), generation.promptTokens(), nowNanos);
                reason = generation.publish(result.tokenIds()[row], logprobs(result, row, generation.logprobCount()));
            } catch (RuntimeException failure) { // of one sequence's text or consumer: the others go on
                LOG.error("Request {} could not be continued.", generation.id(), failure);
                reason = FinishReason.ERROR;
                message = "the answer could not be continued: " + failure;
            }
            if (reason != null) {
                end(generation, reason, message);
            }
        }
    }

    /** Pools the step's hidden states; a sequence that has all of its own gives its vector and ends. */
    void pool(StepPlan plan, StepResult result) {
        int row = 0;
        List<Generation> planned = scheduler.planned();
        for (int index = 0; row < plan.hiddenCount(); index++) {
            Generation generation = planned.get(index);
            int rows = generation.hiddenRows(plan.tokenCounts()[index]);
            if (rows > 0) {
                pool(generation, result, row, rows);
            }
            row += rows;
        }
    }

    private void pool(Generation generation, StepResult result, int firstRow, int rows) {
        FinishReason reason = FinishReason.STOP;
        String message = null;
        try {
            if (!generation.pool(result, firstRow, rows)) {
                return;
            }
            usage.embedded(generation.promptTokens());
        } catch (RuntimeException failure) { // of one consumer: the others go on
            LOG.error("Request {} could not be answered.", generation.id(), failure);
            reason = FinishReason.ERROR;
            message = "the vector could not be delivered: " + failure;
        }
        end(generation, reason, message);
    }

    /** Ends what the plan that failed was about. What blocks hold is computed again. */
    void endPlanned(FinishReason reason, String message) {
        List.copyOf(scheduler.planned()).forEach(generation -> end(generation, reason, message));
        scheduler.forgetComputed();
        count();
    }

    /** Ends what had begun and was not preempted, for the blocks are gone. */
    void endRunning(String message) {
        List.copyOf(scheduler.running()).forEach(generation -> end(generation, FinishReason.ERROR, message));
        scheduler.forgetComputed();
    }

    /** Ends everything; returns how many there were. */
    int endAll(FinishReason reason, String message) {
        List<Generation> all = new ArrayList<>(scheduler.running());
        all.addAll(scheduler.waiting());
        all.forEach(generation -> end(generation, reason, message));
        return all.size();
    }

    /** Frees the sequence, then tells its consumer: whoever has seen the end finds the blocks free. */
    private void end(Generation generation, FinishReason reason, @Nullable String message) {
        scheduler.remove(generation);
        if (!generation.timeline().hasBegun()) {
            admission.release(generation.request());
        }
        count();
        long nowNanos = ticker.getAsLong();
        Finished last;
        try {
            last = generation.finished(reason, message, nowNanos);
        } catch (RuntimeException failure) {
            LOG.error("The end of request {} could not be decoded.", generation.id(), failure);
            last = generation.finished(FinishReason.ERROR, "the answer could not be decoded: " + failure, nowNanos);
        }
        usage.finished(last, generation.timeline(), nowNanos);
        publish(generation.id(), generation.stream(), last);
    }

    private static void publish(String id, TokenStream stream, TokenEvent event) {
        try {
            stream.publish(event);
        } catch (RuntimeException failure) {
            LOG.error("The consumer of request {} did not take its end.", id, failure);
        }
    }

    private static @Nullable TokenLogprobs logprobs(StepResult result, int row, int count) {
        if (count == SamplingParams.NO_LOGPROBS) {
            return null;
        }
        List<TopToken> top = new ArrayList<>(count);
        int begin = row * result.topStride();
        for (int index = begin; index < begin + count; index++) {
            top.add(new TopToken(result.topTokenIds()[index], result.topLogprobs()[index]));
        }
        return new TokenLogprobs(result.logprobs()[row], top);
    }

    private void count() {
        runningCount = scheduler.running().size();
        preemptedCount = scheduler.preemptedCount();
        ownedBlocks = scheduler.ownedBlocks();
    }
}
