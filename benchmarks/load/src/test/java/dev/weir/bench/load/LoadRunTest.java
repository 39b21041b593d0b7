package dev.weir.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.bench.workload.Message;
import dev.weir.bench.workload.Session;
import dev.weir.bench.workload.Turn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LoadRunTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;

    private final VirtualTimeline timeline = new VirtualTimeline();
    private final List<Sample> samples = new ArrayList<>();

    @Test
    void anOpenLoopChargesAStallToEveryoneWhoCameInIt() {
        // Every request takes 1 ms, but from second 4 to second 5 nothing is answered at all.
        long stallNanos = timeline.nanos() + 4 * SECOND;
        run(
                answering(
                        (_, now) -> now >= stallNanos && now < stallNanos + SECOND ? stallNanos + SECOND : now + MILLI),
                open(100),
                1_000);

        List<Long> latencies = latenciesMillis();
        // Of 1000 requests the 100 that came in the stall waited from 0 to 1 s, evenly: so p95 is half of it, and p99
        // is 0.9 s.
        assertThat(latencies.get(949)).isCloseTo(500, within(11L));
        assertThat(latencies.get(989)).isCloseTo(900, within(11L));
        assertThat(latencies.getLast()).isCloseTo(1_000, within(11L));
        assertThat(latencies.get(890)).isEqualTo(1);
    }

    @Test
    void aClosedLoopWithOneUserSeesTheSameStallOnce() {
        long stallNanos = timeline.nanos() + 4 * SECOND;
        run(
                answering((_, now) ->
                        now >= stallNanos && now < stallNanos + SECOND ? stallNanos + SECOND : now + 10 * MILLI),
                new Load.Closed(1),
                1_000);

        assertThat(latenciesMillis().get(998)).isEqualTo(10);
        assertThat(latenciesMillis().getLast()).isCloseTo(1_000, within(11L));
    }

    @Test
    void constantArrivalsAreEquallyFarApart() {
        run(answering((_, now) -> now + MILLI), open(8), 5);

        assertThat(gapsNanos()).containsExactly(125 * MILLI, 125 * MILLI, 125 * MILLI, 125 * MILLI);
    }

    @Test
    void poissonArrivalsHaveTheRateAndTheVarianceOfIndependentUsers() {
        run(answering((_, now) -> now + MILLI), new Load.Open(50, Load.Arrivals.POISSON), 20_000);

        double mean = gapsNanos().stream().mapToLong(gap -> gap).average().orElseThrow();
        double variance = gapsNanos().stream()
                .mapToDouble(gap -> (gap - mean) * (gap - mean))
                .average()
                .orElseThrow();
        assertThat(mean).isCloseTo(20.0 * MILLI, within(0.5 * MILLI));
        assertThat(Math.sqrt(variance) / mean)
                .as("an exponential gap's deviation is its mean")
                .isCloseTo(1, within(0.03));
    }

    @Test
    void theSameSeedMakesTheSameArrivals() {
        run(answering((_, now) -> now + MILLI), new Load.Open(50, Load.Arrivals.POISSON), 100);
        List<Long> first = gapsNanos();
        samples.clear();
        run(answering((_, now) -> now + 2 * MILLI), new Load.Open(50, Load.Arrivals.POISSON), 100);

        assertThat(gapsNanos()).isEqualTo(first);
    }

    @Test
    void aClosedLoopKeepsItsUsersBusyAndNobodyElse() {
        ScriptedServer server = answering((_, now) -> now + 10 * MILLI);
        LoadRun.Span span = run(server, new Load.Closed(4), 40);

        assertThat(server.inFlightMost()).isEqualTo(4);
        assertThat(span.seconds()).isCloseTo(0.1, within(1e-9));
    }

    @Test
    void moreUsersThanSessionsAreNotNeeded() {
        ScriptedServer server = answering((_, now) -> now + MILLI);
        run(server, new Load.Closed(100), 3);

        assertThat(server.callCount()).isEqualTo(3);
    }

    @Test
    void whoComesWhenTooManyAreOutWaitsAndTheWaitingCounts() {
        int count = LoadRun.IN_FLIGHT_MAX + 1;
        ScriptedServer server = answering((_, now) -> now + 10 * SECOND);
        run(server, new Load.Open(100_000, Load.Arrivals.CONSTANT), count);

        assertThat(server.inFlightMost()).isEqualTo(LoadRun.IN_FLIGHT_MAX);
        long last = samples.getLast().answer().endNanos() - samples.getLast().dueNanos();
        assertThat(last).isCloseTo(20 * SECOND, within(200 * MILLI));
    }

    @Test
    void aTurnIsSentWhenTheOneBeforeItIsAnsweredAndCarriesTheConversation() {
        List<Call> calls = new ArrayList<>();
        ScriptedServer server = answering((_, now) -> now + 5 * MILLI);
        start(
                (call, whenDone) -> {
                    calls.add(call);
                    server.ask(call, whenDone);
                },
                new Load.Closed(1),
                List.of(new Session(List.of(turn("first"), turn("second")))));

        assertThat(calls.get(1).messages())
                .containsExactly(
                        new Message("user", "first"),
                        new Message("assistant", "answer 0"),
                        new Message("user", "second"));
        assertThat(calls.get(0).messages()).hasSize(1);
        assertThat(samples.get(1).dueNanos()).isEqualTo(samples.get(0).answer().endNanos());
    }

    @Test
    void theTurnsAfterAFailedOneAreCountedAsNotSent() {
        CompletionClient failing =
                (_, whenDone) -> whenDone.accept(new Answer.Failed(FailureKind.TIMEOUT, "late", timeline.nanos()));
        start(failing, new Load.Closed(1), List.of(new Session(List.of(turn("a"), turn("b"), turn("c")))));

        assertThat(samples)
                .extracting(sample -> ((Answer.Failed) sample.answer()).kind())
                .containsExactly(FailureKind.TIMEOUT, FailureKind.NOT_SENT, FailureKind.NOT_SENT);
    }

    @Test
    void anErrorOfTheHarnessEndsTheRunInsteadOfHangingIt() {
        LoadRun run = new LoadRun(
                timeline,
                (_, _) -> {
                    throw new IllegalStateException("broken");
                },
                new Load.Closed(1),
                List.of(Session.of(turn("a"))),
                1,
                samples::add);
        CompletableFuture<LoadRun.Span> done = run.start();
        timeline.run();

        assertThat(done).isCompletedExceptionally();
    }

    private interface Delay {
        long firstPieceNanos(int callIndex, long nowNanos);
    }

    private ScriptedServer answering(Delay delay) {
        return new ScriptedServer(timeline, new ScriptedServer.Script() {
            @Override
            public long firstPieceNanos(int callIndex, long nowNanos) {
                return delay.firstPieceNanos(callIndex, nowNanos);
            }

            @Override
            public long gapNanos(int callIndex) {
                return MILLI;
            }
        });
    }

    private static Load.Open open(double rate) {
        return new Load.Open(rate, Load.Arrivals.CONSTANT);
    }

    private static Turn turn(String text) {
        return new Turn(List.of(new Message("user", text)), 1);
    }

    private LoadRun.Span run(CompletionClient client, Load load, int sessionCount) {
        return start(client, load, Collections.nCopies(sessionCount, Session.of(turn("hello"))));
    }

    private LoadRun.Span start(CompletionClient client, Load load, List<Session> sessions) {
        CompletableFuture<LoadRun.Span> done = new LoadRun(timeline, client, load, sessions, 7, samples::add).start();
        timeline.run();
        return done.join();
    }

    private List<Long> latenciesMillis() {
        return samples.stream()
                .map(sample -> (sample.answer().endNanos() - sample.dueNanos()) / MILLI)
                .sorted()
                .toList();
    }

    private List<Long> gapsNanos() {
        List<Long> due = samples.stream().map(Sample::dueNanos).sorted().toList();
        List<Long> gaps = new ArrayList<>();
        for (int i = 1; i < due.size(); i++) {
            gaps.add(due.get(i) - due.get(i - 1));
        }
        return gaps;
    }
}
