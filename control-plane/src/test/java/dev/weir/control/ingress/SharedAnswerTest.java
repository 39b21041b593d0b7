package dev.weir.control.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.upstream.EngineAnswer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

class SharedAnswerTest {
    private static final int DEADLOCKED_SECONDS = 20;

    private final Sinks.Many<byte[]> engine = Sinks.many().unicast().onBackpressureBuffer();
    private final SharedAnswer shared = new SharedAnswer(1 << 20);

    @Test
    void aReaderThatWaitsForAnotherDoesNotKeepItFromReading() {
        CountDownLatch firstWaits = new CountDownLatch(1);
        CountDownLatch otherHasRead = new CountDownLatch(1);
        List<String> first = new ArrayList<>();
        List<String> second = new ArrayList<>();
        shared.join(true);
        shared.join(false);
        CompletableFuture<?> firstReads = read(piece -> {
            firstWaits.countDown();
            await(otherHasRead);
            first.add(piece);
        });
        shared.begin(shared.takeIn(new EngineAnswer("engine", 200, new HttpHeaders(), engine.asFlux())));
        CompletableFuture<?> engineSends = CompletableFuture.runAsync(() -> send("a"), Thread::startVirtualThread);

        await(firstWaits); // a second one who were there before would be handed the piece by the thread that waits
        CompletableFuture<?> secondReads = readElsewhere(piece -> {
            second.add(piece);
            otherHasRead.countDown();
        });
        within(engineSends);
        send("b");
        engine.tryEmitComplete().orThrow();

        within(firstReads);
        within(secondReads);
        assertThat(first).containsExactly("a", "b");
        assertThat(second).containsExactly("a", "b");
    }

    @Test
    void whoHasJoinedAndComesLateReadsAllOfIt() {
        SharedAnswer small = new SharedAnswer(2);
        small.join(true);
        small.join(false);
        List<String> first = new ArrayList<>();
        List<String> late = new ArrayList<>();
        CompletableFuture<?> firstReads = read(small, first::add);
        small.begin(small.takeIn(new EngineAnswer("engine", 200, new HttpHeaders(), engine.asFlux())));
        for (String piece : List.of("a", "b", "c", "d", "e")) {
            send(piece);
        }
        engine.tryEmitComplete().orThrow();
        assertThat(first).as("no more than may be held").containsExactly("a", "b");

        CompletableFuture<?> lateReads = read(small, late::add);
        within(firstReads);
        within(lateReads);
        assertThat(first).containsExactly("a", "b", "c", "d", "e");
        assertThat(late).isEqualTo(first);
    }

    @Test
    void whoHasJoinedAndLeavesBeforeItBeginsHoldsNobodyUp() {
        SharedAnswer small = new SharedAnswer(2);
        small.join(true);
        small.join(false);
        List<String> read = new ArrayList<>();
        CompletableFuture<?> reads = read(small, read::add);
        Disposable other = small.read(_ -> Mono.never()).subscribe();
        small.begin(small.takeIn(new EngineAnswer("engine", 200, new HttpHeaders(), engine.asFlux())));
        for (String piece : List.of("a", "b", "c", "d", "e")) {
            send(piece);
        }
        engine.tryEmitComplete().orThrow();
        assertThat(read).containsExactly("a", "b");

        other.dispose();
        within(reads);
        assertThat(read).containsExactly("a", "b", "c", "d", "e");
    }

    @Test
    void readersWhoAskAtTheSameTimeReadTheSame() {
        int readers = 8;
        int pieces = 2_000;
        List<List<String>> read = new ArrayList<>();
        List<CompletableFuture<?>> done = new ArrayList<>();
        for (int i = 0; i < readers; i++) {
            shared.join(i == 0);
            List<String> mine = new ArrayList<>();
            read.add(mine);
            done.add(readElsewhere(mine::add));
        }
        shared.begin(shared.takeIn(new EngineAnswer("engine", 200, new HttpHeaders(), engine.asFlux())));
        for (int i = 0; i < pieces; i++) {
            send(Integer.toString(i));
        }
        engine.tryEmitComplete().orThrow();

        within(CompletableFuture.allOf(done.toArray(CompletableFuture[]::new)));
        assertThat(read.getFirst()).hasSize(pieces).endsWith(Integer.toString(pieces - 1));
        assertThat(read).containsOnly(read.getFirst());
    }

    private CompletableFuture<@Nullable Void> read(Consumer<String> to) {
        return read(shared, to);
    }

    private static CompletableFuture<@Nullable Void> read(SharedAnswer from, Consumer<String> to) {
        return from.read(answer -> answer.content()
                        .limitRate(3)
                        .doOnNext(piece -> to.accept(new String(piece, UTF_8)))
                        .then())
                .toFuture();
    }

    private CompletableFuture<?> readElsewhere(Consumer<String> to) {
        return CompletableFuture.runAsync(() -> read(to).join(), Thread::startVirtualThread);
    }

    private void send(String piece) {
        engine.tryEmitNext(piece.getBytes(UTF_8)).orThrow();
    }

    private static void within(CompletableFuture<?> done) {
        done.orTimeout(DEADLOCKED_SECONDS, TimeUnit.SECONDS).join();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }
}
