package dev.weir.engine.execution;

import static dev.weir.engine.execution.EngineFixture.PATIENCE_SECONDS;
import static dev.weir.engine.execution.EngineFixture.awaitOne;
import static dev.weir.engine.execution.EngineFixture.readAll;
import static dev.weir.engine.execution.EngineFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.admission.Admission;
import dev.weir.engine.admission.Admission.Reason;
import dev.weir.engine.request.FinishReason;
import dev.weir.engine.request.GenerationRequest;
import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.request.StopConditions;
import dev.weir.engine.request.TokenEvent.Finished;
import dev.weir.engine.request.TokenEvent.Token;
import dev.weir.engine.streaming.TokenStream;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class EngineLoopTest {

    @Test
    void answersARequestAsItWouldBeAnsweredAlone() {
        try (EngineFixture engine = new EngineFixture()) {
            engine.loop.start();
            ReceivedAnswer answer = engine.submit(request(40, 1, 2, 3), 4);
            Finished end = readAll(answer);
            assertThat(end.reason()).isEqualTo(FinishReason.LENGTH);
            assertThat(end.promptTokens()).isEqualTo(3);
            assertThat(end.outputTokens()).isEqualTo(40);
            answer.check(engine.limits.contextTokensMax());
            assertThat(engine.loop.ownedBlocks()).isZero();
        }
    }

    @Test
    void endsAtTheContextWhereTheCallerWantedMore() {
        try (EngineFixture engine = new EngineFixture()) {
            engine.loop.start();
            Finished end = readAll(engine.submit(request(1000, 1, 2), 300));
            assertThat(end.reason()).isEqualTo(FinishReason.LENGTH);
            assertThat(end.outputTokens()).isEqualTo(engine.limits.contextTokensMax() - 2);
        }
    }

    @Test
    void givesLogprobsOfTheChosenAndTheBestTokens() {
        try (EngineFixture engine = new EngineFixture()) {
            engine.loop.start();
            SamplingParams sampling = new SamplingParams(0, 0, 1, 0, 0, 3);
            StopConditions stop = new StopConditions(2, List.of(), Set.of(), Set.of(), false);
            TokenStream stream = new TokenStream();
            engine.admission.submit(new GenerationRequest("request", new int[] {5}, sampling, stop), stream);
            LinkedBlockingQueue<Boolean> readable = new LinkedBlockingQueue<>();
            stream.onReadable(() -> readable.add(true));
            awaitOne(readable);
            Token token = (Token) stream.poll();
            assertThat(token).isNotNull();
            assertThat(token.logprobs()).isNotNull();
            assertThat(token.logprobs().top())
                    .hasSize(3)
                    .isSortedAccordingTo((a, b) -> Float.compare(b.logprob(), a.logprob()));
            assertThat(token.logprobs().top().getFirst().tokenId()).isEqualTo(token.tokenId());
            assertThat(token.logprobs().top().getFirst().logprob())
                    .isEqualTo(token.logprobs().logprob());
        }
    }

    @Test
    void freesTheBlocksOfACancelledRequestAndEndsItsStream() {
        try (EngineFixture engine = new EngineFixture()) {
            engine.loop.start();
            ReceivedAnswer answer =
                    engine.submit(request(200, 1, 2, 3), 2); // pauses after two tokens: it is certainly not over
            LinkedBlockingQueue<Boolean> readable = new LinkedBlockingQueue<>();
            answer.stream().onReadable(() -> readable.add(true));
            awaitOne(readable);
            answer.pollAll();
            answer.cancel();
            while (answer.finished() == null) {
                awaitOne(readable);
                answer.pollAll();
            }
            assertThat(answer.end().reason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(engine.loop.ownedBlocks()).isZero();
        }
    }

    @Test
    void cancelsAConsumerThatStallsAndSaysSo() {
        AtomicLong nanos = new AtomicLong();
        try (EngineFixture engine = new EngineFixture(executor -> executor, nanos::get)) {
            engine.loop.open();
            ReceivedAnswer answer = engine.submit(request(200, 1), 2);
            while (engine.loop.step()) {}
            nanos.addAndGet(Duration.ofSeconds(20).toNanos() - 1);
            engine.loop.step();
            assertThat(engine.loop.ownedBlocks()).isPositive();
            nanos.incrementAndGet();
            engine.loop.step();
            assertThat(engine.loop.ownedBlocks()).isZero();
            answer.pollAll();
            assertThat(answer.tokenIds()).hasSize(2);
            assertThat(answer.end().reason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(answer.end().errorMessage()).contains("nothing was read");
        }
    }

    @Test
    void aRefusedStepEndsOnlyItsOwnSequences() {
        try (EngineFixture engine = new EngineFixture(
                executor -> {
                    executor.failNext(new ExecutionException("the plan is odd", ExecutionException.GoesOn.EXECUTOR));
                    return executor;
                },
                System::nanoTime)) {
            engine.loop.start();
            Finished end = readAll(engine.submit(request(5, 1), 8));
            assertThat(end.reason()).isEqualTo(FinishReason.ERROR);
            assertThat(end.errorMessage()).contains("the plan is odd");
            assertThat(engine.loop.ownedBlocks()).isZero();
            ReceivedAnswer next = engine.submit(request(5, 1), 8);
            assertThat(readAll(next).reason()).isEqualTo(FinishReason.LENGTH);
            next.check(engine.limits.contextTokensMax());
            assertThat(engine.executorCount).hasValue(1);
        }
    }

    @Test
    void replacesADeadExecutorAndGoesOnWithWhatWaits() {
        AtomicLong made = new AtomicLong();
        try (EngineFixture engine = new EngineFixture(
                executor -> {
                    if (made.getAndIncrement() < 2) {
                        executor.failNext(new ExecutionException(
                                "the device is gone", ExecutionException.GoesOn.ANOTHER_EXECUTOR));
                    }
                    return executor;
                },
                System::nanoTime)) {
            engine.loop.start();
            Finished first = readAll(engine.submit(request(5, 1), 8));
            assertThat(first.reason()).isEqualTo(FinishReason.ERROR);
            assertThat(first.errorMessage()).contains("the device is gone");
            assertThat(readAll(engine.submit(request(5, 1), 8)).reason()).isEqualTo(FinishReason.ERROR);
            ReceivedAnswer third = engine.submit(request(5, 1), 8);
            assertThat(readAll(third).reason()).isEqualTo(FinishReason.LENGTH);
            third.check(engine.limits.contextTokensMax());
            assertThat(engine.executorCount).hasValue(3);
            assertThat(engine.executors.remove().isClosed()).isTrue();
            assertThat(engine.executors.remove().isClosed()).isTrue();
            assertThat(engine.executors.remove().isClosed()).isFalse();
            assertThat(engine.loop.state()).isEqualTo(EngineLoop.State.RUNNING);
        }
    }

    @Test
    void givesUpAfterTooManyRestartsAndRefusesByName() {
        try (EngineFixture engine = new EngineFixture(
                executor -> {
                    executor.failNext(
                            new ExecutionException("the device is gone", ExecutionException.GoesOn.ANOTHER_EXECUTOR));
                    return executor;
                },
                System::nanoTime)) {
            engine.loop.start();
            for (int attempt = 0; attempt <= 3; attempt++) {
                assertThat(readAll(engine.submit(request(5, 1), 8)).reason()).isEqualTo(FinishReason.ERROR);
            }
            assertThat(engine.loop.state()).isEqualTo(EngineLoop.State.FAILED);
            assertThat(engine.admission.submit(request(5, 1), new TokenStream()))
                    .isInstanceOfSatisfying(
                            Admission.Rejected.class,
                            rejected -> assertThat(rejected.reason()).isEqualTo(Reason.ENGINE_FAILED));
            assertThat(engine.executorCount).hasValue(4);
            assertThat(engine.executors).allMatch(ScriptedExecutor::isClosed);
        }
    }

    @Test
    void anExecutorThatFailsItsFirstMovesIsClosedBeforeAnotherIsMade() {
        ExecutionException failure =
                new ExecutionException("the device is gone", ExecutionException.GoesOn.ANOTHER_EXECUTOR);
        AtomicInteger made = new AtomicInteger();
        try (EngineFixture engine = new EngineFixture(
                executor -> switch (made.incrementAndGet()) {
                    case 1 -> {
                        executor.failNext(failure);
                        yield executor;
                    }
                    case 2 ->
                        new ScriptedExecutor(executor.limits(), _ -> {}, _ -> {
                            throw failure;
                        });
                    default -> executor;
                },
                System::nanoTime)) {
            engine.loop.start();
            assertThat(readAll(engine.submit(request(5, 1), 8)).reason()).isEqualTo(FinishReason.ERROR);
            assertThat(readAll(engine.submit(request(5, 1), 8)).reason()).isEqualTo(FinishReason.LENGTH);
            assertThat(engine.executors).extracting(ScriptedExecutor::isClosed).containsExactly(true, true, false);
        }
    }

    @Test
    void aDeviceThatIsLostAsAnExecutorIsReplacedIsTold() {
        AtomicInteger made = new AtomicInteger();
        try (EngineFixture engine = new EngineFixture(
                executor -> {
                    if (made.incrementAndGet() > 1) {
                        throw new ExecutionException("the context is lost", ExecutionException.GoesOn.ANOTHER_PROCESS);
                    }
                    executor.failNext(
                            new ExecutionException("a launch failed", ExecutionException.GoesOn.ANOTHER_EXECUTOR));
                    return executor;
                },
                System::nanoTime)) {
            engine.loop.start();
            assertThat(readAll(engine.submit(request(5, 1), 8)).reason()).isEqualTo(FinishReason.ERROR);
            assertThat(engine.loop
                            .deviceLost()
                            .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                            .join())
                    .isEqualTo("the context is lost");
            assertThat(engine.loop.state()).isEqualTo(EngineLoop.State.FAILED);
            assertThat(made).hasValue(2);
        }
    }

    @Test
    void aLostDeviceIsNotTriedAgainAndIsTold() {
        try (EngineFixture engine = new EngineFixture(
                executor -> {
                    executor.failNext(
                            new ExecutionException("the context is lost", ExecutionException.GoesOn.ANOTHER_PROCESS));
                    return executor;
                },
                System::nanoTime)) {
            engine.loop.start();
            Finished end = readAll(engine.submit(request(5, 1), 8));
            assertThat(end.reason()).isEqualTo(FinishReason.ERROR);
            assertThat(end.errorMessage()).contains("the context is lost");
            assertThat(engine.loop.deviceLost().join()).isEqualTo("the context is lost");
            assertThat(engine.loop.state()).isEqualTo(EngineLoop.State.FAILED);
            assertThat(engine.executorCount).hasValue(1);
            assertThat(engine.executors).allMatch(ScriptedExecutor::isClosed);
        }
    }

    @Test
    void aBugInAStepIsAnErrorForTheCallersAndNotTheEndOfTheThread() {
        try (EngineFixture engine = new EngineFixture(
                executor -> {
                    executor.failNext(new IllegalStateException("a bug"));
                    return executor;
                },
                System::nanoTime)) {
            engine.loop.start();
            Finished end = readAll(engine.submit(request(5, 1), 8));
            assertThat(end.reason()).isEqualTo(FinishReason.ERROR);
            assertThat(end.errorMessage()).contains("a bug");
        }
    }

    @Test
    void startThrowsWhatTheSupplierThrewAndRefusesFromThenOn() {
        try (EngineFixture engine = new EngineFixture(
                _ -> {
                    throw new IllegalArgumentException("no such file");
                },
                System::nanoTime)) {
            assertThatThrownBy(engine.loop::start)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("no such file");
            assertThat(engine.loop.state()).isEqualTo(EngineLoop.State.FAILED);
        }
    }

    @Test
    void aConsumerThatThrowsHurtsOnlyItself() {
        try (EngineFixture engine = new EngineFixture()) {
            ReceivedAnswer thrower = engine.submit(request(5, 1), 8);
            thrower.stream().onReadable(() -> {
                throw new IllegalStateException("the consumer's loop is gone");
            });
            ReceivedAnswer other = engine.submit(request(5, 2), 8);
            engine.loop.start();
            assertThat(readAll(other).reason()).isEqualTo(FinishReason.LENGTH);
            assertThat(engine.loop.drain(Duration.ofSeconds(30))).isTrue();
            assertThat(engine.loop.ownedBlocks()).isZero();
        }
    }

    @Test
    void drainFinishesWhatWasAdmittedAndRefusesWhatComesAfter() {
        EngineFixture engine = new EngineFixture();
        List<ReceivedAnswer> answers = List.of(
                engine.submit(request(50, 1), 64), engine.submit(request(50, 2), 64), engine.submit(request(9, 3), 64));
        engine.loop.start();
        assertThat(engine.loop.drain(Duration.ofSeconds(30))).isTrue();
        assertThat(engine.loop.state()).isEqualTo(EngineLoop.State.STOPPED);
        for (ReceivedAnswer answer : answers) {
            answer.pollAll();
            answer.check(engine.limits.contextTokensMax());
            assertThat(answer.end().reason()).isEqualTo(FinishReason.LENGTH);
        }
        assertThat(engine.admission.submit(request(5, 1), new TokenStream()))
                .isInstanceOfSatisfying(
                        Admission.Rejected.class,
                        rejected -> assertThat(rejected.reason()).isEqualTo(Reason.SHUTTING_DOWN));
        assertThat(engine.executors.remove().isClosed()).isTrue();
    }

    @Test
    void drainCancelsWhatIsLeftAtItsDeadline() {
        EngineFixture engine = new EngineFixture();
        ReceivedAnswer stuck = engine.submit(request(50, 1), 1); // nobody reads it
        engine.loop.start();
        assertThat(engine.loop.drain(Duration.ofMillis(20))).isFalse();
        stuck.pollAll();
        assertThat(stuck.end().reason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(stuck.end().errorMessage()).contains("shutting down");
        assertThat(engine.loop.ownedBlocks()).isZero();
    }

    @Test
    void closeEndsWhatWaitsEvenInAnEngineThatNeverStarted() {
        EngineFixture engine = new EngineFixture();
        ReceivedAnswer answer = engine.submit(request(50, 1), 64);
        engine.close();
        engine.close();
        answer.pollAll();
        assertThat(answer.end().reason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(engine.loop.state()).isEqualTo(EngineLoop.State.STOPPED);
        assertThat(engine.executorCount).hasValue(0);
        assertThat(engine.admission.waitingCount()).isZero();
    }

    @Test
    void aFullStreamHoldsUpNobodyElse() {
        try (EngineFixture engine = new EngineFixture()) {
            engine.loop.start();
            ReceivedAnswer slow = engine.submit(request(100, 1), 1);
            CountDownLatch slowHasToken = new CountDownLatch(1);
            slow.stream().onReadable(slowHasToken::countDown);
            EngineFixture.await(slowHasToken);
            ReceivedAnswer quick = engine.submit(request(100, 2), 4);
            readAll(quick);
            quick.check(engine.limits.contextTokensMax());
            assertThat(slow.finished()).isNull();
            slow.cancel();
        }
    }
}
