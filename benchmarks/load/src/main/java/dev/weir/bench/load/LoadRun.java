package dev.weir.bench.load;

import dev.weir.bench.workload.Message;
import dev.weir.bench.workload.Session;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * One run of a load: sessions come, each asks its turns one after the other, and every request becomes a {@link Sample}. All of its state
 * belongs to the timeline's thread.
 */
public final class LoadRun {
    /** So many requests are out at once at most; whoever comes then waits here, and the waiting counts. */
    public static final int IN_FLIGHT_MAX = 16_384;

    /** From the order to the first arrival, so that the first is not late. */
    private static final long LEAD_NANOS = 1_000_000;

    private final Timeline timeline;
    private final CompletionClient client;
    private final Load load;
    private final List<Session> sessions;
    private final Consumer<Sample> observer;
    private final SplittableRandom arrivals;
    private final CompletableFuture<Span> done = new CompletableFuture<>();
    private final Deque<Conversation> waiting = new ArrayDeque<>(); // at most one for each session

    private long startNanos;
    private int begun;
    private int over;
    private int inFlight;
    private long lastEndNanos;

    /** When a run began and when its last request was over. */
    public record Span(long startNanos, long endNanos) {
        public double seconds() {
            return (endNanos - startNanos) / 1e9;
        }
    }

    /** @param observer is told of every request, on the timeline's thread */
    public LoadRun(
            Timeline timeline,
            CompletionClient client,
            Load load,
            List<Session> sessions,
            long seed,
            Consumer<Sample> observer) {
        if (sessions.isEmpty()) {
            throw new IllegalArgumentException("a run needs a session");
        }
        this.timeline = timeline;
        this.client = client;
        this.load = load;
        this.sessions = List.copyOf(sessions);
        this.arrivals = new SplittableRandom(seed);
        this.observer = observer;
    }

    /** Begins; may be called once. The future completes when every session is over. */
    public CompletableFuture<Span> start() {
        startNanos = timeline.nanos() + LEAD_NANOS;
        timeline.at(startNanos, guarded(() -> {
            switch (load) {
                case Load.Open open -> arriveNext(open, startNanos);
                case Load.Closed closed -> {
                    for (int i = 0; i < closed.concurrency() && begun < sessions.size(); i++) {
                        begin(timeline.nanos());
                    }
                }
            }
        }));
        return done;
    }

    /** Puts the next arrival on the timeline; it, in turn, puts the one after it. */
    private void arriveNext(Load.Open open, long previousNanos) {
        long dueNanos = previousNanos + open.nextGapNanos(arrivals);
        timeline.at(dueNanos, guarded(() -> {
            begin(dueNanos);
            if (begun < sessions.size()) {
                arriveNext(open, dueNanos);
            }
        }));
    }

    private void begin(long dueNanos) {
        Conversation conversation = new Conversation(begun, sessions.get(begun), dueNanos);
        begun++;
        if (inFlight < IN_FLIGHT_MAX) {
            conversation.ask();
        } else {
            waiting.add(conversation);
        }
    }

    private void sessionOver(long endNanos) {
        over++;
        lastEndNanos = over == 1 ? endNanos : Math.max(lastEndNanos, endNanos);
        if (over == sessions.size()) {
            done.complete(new Span(startNanos, lastEndNanos));
            return;
        }
        Conversation next = waiting.poll();
        if (next != null) {
            next.ask();
        } else if (load instanceof Load.Closed && begun < sessions.size()) {
            begin(timeline.nanos());
        }
    }

    /** An error of our own ends the run; it must not vanish in the timeline's thread. */
    private Runnable guarded(Runnable action) {
        return () -> {
            try {
                action.run();
            } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
            }
        };
    }

    /** A session under way. */
    private final class Conversation {
        private final int index;
        private final Session session;
        private final List<Message> said = new ArrayList<>();
        private int turn;
        private long dueNanos;

        Conversation(int index, Session session, long dueNanos) {
            this.index = index;
            this.session = session;
            this.dueNanos = dueNanos;
        }

        void ask() {
            said.addAll(session.turns().get(turn).adds());
            inFlight++;
            client.ask(
                    new Call(said, session.turns().get(turn).outputTokensMax()),
                    answer -> timeline.at(timeline.nanos(), guarded(() -> answered(answer))));
        }

        private void answered(Answer answer) {
            inFlight--;
            observer.accept(new Sample(index, turn, dueNanos, answer));
            turn++;
            switch (answer) {
                case Answer.Completed completed -> {
                    if (turn < session.turns().size()) {
                        said.add(new Message("assistant", completed.text()));
                        dueNanos = completed.endNanos();
                        ask();
                        return;
                    }
                }
                case Answer.Failed failed -> {
                    for (; turn < session.turns().size(); turn++) {
                        Answer notSent = new Answer.Failed(FailureKind.NOT_SENT, failed.detail(), failed.endNanos());
                        observer.accept(new Sample(index, turn, failed.endNanos(), notSent));
                    }
                }
            }
            sessionOver(answer.endNanos());
        }
    }
}
