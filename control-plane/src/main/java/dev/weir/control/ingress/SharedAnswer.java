package dev.weir.control.ingress;

import dev.weir.control.upstream.EngineAnswer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * One answer of an engine that several callers read. Each reads at its own pace and may leave; the engine is let go when the last has left.
 * Who comes later begins at the beginning, as long as all of it is still here. Pieces come from the engine no faster than the fastest
 * reader wants them, and, once as much is held as may be, no faster than the slowest.
 *
 * <p>Thread-safety: what is known lies under the lock. A reader is handed things without it, by one thread at a time, since a reader may hold
 * locks of its own where it wants more or leaves.
 */
final class SharedAnswer {
    private final int heldBytesMax;
    private final Sinks.One<EngineAnswer> head = Sinks.one();
    private final Deque<byte[]> pieces = new ArrayDeque<>();
    private final List<Reader> readers = new ArrayList<>();
    private @Nullable Subscription source;
    private @Nullable Disposable exchange;
    private int droppedCount;
    private int heldBytes;
    private int joinedCount;
    /** Of those who have joined and have neither come to read nor left: each begins at the beginning. */
    private int awaitedCount;

    private boolean asked;
    private boolean over;
    private @Nullable Throwable failure;

    SharedAnswer(int heldBytesMax) {
        this.heldBytesMax = heldBytesMax;
    }

    /** One caller's place in it. */
    private static final class Reader {
        private final FluxSink<byte[]> sink;
        private final AtomicInteger occasions = new AtomicInteger(); // to look for something to hand it, not yet taken
        private long wanted;
        private int next;
        private boolean toldTheEnd;
        private boolean gone;

        Reader(FluxSink<byte[]> sink) {
            this.sink = sink;
        }
    }

    /** Whether a caller more may read it, who then has to: all of it is here, and somebody keeps it going. */
    synchronized boolean join(boolean first) {
        if (!first && (joinedCount == 0 || droppedCount > 0 || failure != null)) {
            return false;
        }
        joinedCount++;
        awaitedCount++;
        return true;
    }

    /** Sends the request, once; its answer comes to {@link #takeIn}. */
    void begin(Mono<Void> sent) {
        Disposable running = sent.subscribe(_ -> {}, this::fail);
        boolean abandoned;
        synchronized (this) {
            exchange = running;
            abandoned = joinedCount == 0;
        }
        if (abandoned) {
            running.dispose();
        }
    }

    /** The answer as one caller who has joined reads it. */
    Mono<Void> read(Function<EngineAnswer, Mono<Void>> relay) {
        AtomicBoolean awaited = new AtomicBoolean(true);
        return head.asMono()
                .flatMap(answer -> relay.apply(new EngineAnswer(
                        answer.from(), answer.status(), answer.headers(), Flux.create(sink -> add(sink, awaited)))))
                .doFinally(_ -> leave(awaited));
    }

    Mono<Void> takeIn(EngineAnswer answer) {
        return Mono.<Void>create(sink -> {
            BaseSubscriber<byte[]> subscriber = new BaseSubscriber<>() {
                @Override
                protected void hookOnSubscribe(Subscription subscription) {
                    begun(subscription, answer);
                }

                @Override
                protected void hookOnNext(byte[] piece) {
                    came(piece);
                }

                @Override
                protected void hookOnComplete() {
                    end();
                    sink.success();
                }

                @Override
                protected void hookOnError(Throwable broken) {
                    fail(broken);
                    sink.success();
                }
            };
            sink.onDispose(subscriber);
            answer.content().subscribe(subscriber);
        });
    }

    private void begun(Subscription subscription, EngineAnswer answer) {
        synchronized (this) {
            source = subscription;
        }
        head.tryEmitValue(answer);
        pull();
    }

    private void came(byte[] piece) {
        synchronized (this) {
            asked = false;
            pieces.add(piece);
            heldBytes += piece.length;
        }
        handAll();
    }

    private void end() {
        synchronized (this) {
            over = true;
        }
        handAll();
    }

    private void fail(Throwable broken) {
        synchronized (this) {
            failure = broken;
            over = true;
        }
        head.tryEmitError(broken);
        handAll();
    }

    private void add(FluxSink<byte[]> sink, AtomicBoolean awaited) {
        Reader reader = new Reader(sink);
        synchronized (this) {
            readers.add(reader); // before it can be handed anything: what it has yet to read is kept from now on
            awaitedCount -= awaited.getAndSet(false) ? 1 : 0;
        }
        sink.onRequest(count -> {
            synchronized (this) {
                reader.wanted = count > Long.MAX_VALUE - reader.wanted ? Long.MAX_VALUE : reader.wanted + count;
            }
            hand(reader);
            pull();
        });
        sink.onDispose(() -> {
            synchronized (this) {
                reader.gone = true;
                readers.remove(reader);
                drop();
            }
            pull();
        });
        hand(reader);
        pull();
    }

    private void leave(AtomicBoolean awaited) {
        Disposable abandoned;
        synchronized (this) {
            joinedCount--;
            awaitedCount -= awaited.getAndSet(false) ? 1 : 0;
            drop();
            abandoned = joinedCount == 0 && !over ? exchange : null;
        }
        pull();
        if (abandoned != null) {
            abandoned.dispose();
        }
    }

    private void handAll() {
        List<Reader> all;
        synchronized (this) {
            all = List.copyOf(readers);
        }
        all.forEach(this::hand);
        pull();
    }

    /** Gives a reader what it wants of what is here. Whoever finds somebody at it already leaves the rest to them. */
    private void hand(Reader reader) {
        int taken = reader.occasions.incrementAndGet();
        if (taken > 1) {
            return;
        }
        while (taken > 0) {
            for (byte[] piece = take(reader); piece != null; piece = take(reader)) {
                reader.sink.next(piece);
            }
            if (isAtTheEnd(reader)) {
                Throwable broken = failure; // final once it is over
                if (broken != null) {
                    reader.sink.error(broken);
                } else {
                    reader.sink.complete();
                }
            }
            taken = reader.occasions.addAndGet(-taken);
        }
    }

    private synchronized byte @Nullable [] take(Reader reader) {
        if (reader.gone || reader.wanted == 0 || reader.next - droppedCount == pieces.size()) {
            return null;
        }
        byte[] piece = at(reader.next - droppedCount);
        reader.next++;
        reader.wanted -= reader.wanted == Long.MAX_VALUE ? 0 : 1;
        drop();
        return piece;
    }

    /** Once true, for it is told the end once. */
    private synchronized boolean isAtTheEnd(Reader reader) {
        boolean first = over && !reader.toldTheEnd && reader.next - droppedCount == pieces.size();
        reader.toldTheEnd |= first;
        return first;
    }

    private byte[] at(int index) {
        return index == pieces.size() - 1
                ? pieces.getLast()
                : pieces.stream().skip(index).findFirst().orElseThrow();
    }

    /** Once there is too much of it, what all have read is let go of, and nobody can join any more. */
    private void drop() {
        if (awaitedCount > 0 || (heldBytes < heldBytesMax && droppedCount == 0)) {
            return;
        }
        int slowest = readers.stream().mapToInt(reader -> reader.next).min().orElse(droppedCount);
        while (droppedCount < slowest) {
            heldBytes -= pieces.removeFirst().length;
            droppedCount++;
        }
    }

    private void pull() {
        Subscription from;
        synchronized (this) {
            boolean wanted = readers.stream()
                    .anyMatch(reader -> reader.wanted > 0 && reader.next - droppedCount == pieces.size());
            from = source;
            if (asked || over || !wanted || heldBytes >= heldBytesMax || from == null) {
                return;
            }
            asked = true;
        }
        from.request(1);
    }
}
