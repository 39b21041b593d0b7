package dev.weir.control.rollout.journal;

import dev.weir.control.rollout.Command;
import dev.weir.control.rollout.Decision;
import dev.weir.control.rollout.Decision.Kind;
import dev.weir.control.rollout.Effect;
import dev.weir.control.rollout.Observation;
import dev.weir.control.rollout.RolloutEvent;
import dev.weir.control.rollout.RolloutEvent.Commanded;
import dev.weir.control.rollout.RolloutEvent.Observed;
import dev.weir.control.rollout.RolloutReducer;
import dev.weir.control.rollout.RolloutReducer.Step;
import dev.weir.control.rollout.RolloutState;
import dev.weir.control.rollout.Stage;
import dev.weir.control.rollout.journal.CommandInbox.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Acts on one rollout: what the reducer decides is kept before anybody hears of it.
 *
 * <p>Thread-safety: events are taken one at a time.
 */
public final class RolloutController {
    /** Of a rollout that takes as long as planned: enough for a curve, and few to keep. */
    private static final int READINGS = 480;

    private final RolloutJournal journal;
    private final RolloutReducer reducer;
    private final Lease lease;
    private RolloutState state;
    private long eventCount;
    private final Duration readEvery;
    /** Observed time since the last reading; the first observation of a controller is always read. */
    private Duration unread;

    private RolloutController(
            RolloutJournal journal, RolloutReducer reducer, Lease lease, RolloutState state, long eventCount) {
        this.journal = journal;
        this.reducer = reducer;
        this.lease = lease;
        this.state = state;
        this.eventCount = eventCount;
        this.readEvery = state.plan().watched().dividedBy(READINGS);
        this.unread = readEvery;
    }

    /** Takes a rollout over where nobody minds how long that takes. */
    public static RolloutController takeOver(RolloutJournal journal, RolloutReducer reducer, String rolloutId) {
        return takeOver(journal, reducer, rolloutId, () -> {});
    }

    /**
     * Takes a rollout over and replays it. The lease comes first: whoever acted before adds no event that this one would miss.
     *
     * @param pageRead is called after each page of events, of which weeks have many; what it throws ends the replay
     */
    public static RolloutController takeOver(
            RolloutJournal journal, RolloutReducer reducer, String rolloutId, Runnable pageRead) {
        Lease lease = journal.take(rolloutId);
        RolloutState state = RolloutState.planned(journal.planOf(rolloutId));
        long count = 0;
        for (List<RolloutEvent> page = journal.events(rolloutId, count);
                !page.isEmpty();
                page = journal.events(rolloutId, count)) {
            for (RolloutEvent event : page) {
                state = reducer.reduce(state, event).state();
            }
            count += page.size();
            pageRead.run();
        }
        return new RolloutController(journal, reducer, lease, state, count);
    }

    /**
     * Takes an event. If it cannot be kept, nothing has happened, here or elsewhere.
     *
     * @return what is still to be done; the decisions and the weight are kept already
     * @throws Deposed if another controller has taken over
     */
    public synchronized List<Effect> accept(RolloutEvent event) {
        Step step = reducer.reduce(state, event);
        journal.append(lease, eventCount, event, step, isRead(event, step));
        state = step.state();
        eventCount++;
        return step.effects();
    }

    /** Now and then, and at every decision; at 100 % there is nothing to compare with. */
    private boolean isRead(RolloutEvent event, Step step) {
        if (state.stage().kind() == Stage.Kind.WARM) {
            return false;
        }
        boolean read = step.effects().stream().anyMatch(Effect.Keep.class::isInstance);
        if (event instanceof Observed observed) {
            unread = unread.plus(observed.observation().covered());
            read |= unread.compareTo(readEvery) >= 0;
        }
        if (read) {
            unread = Duration.ZERO;
        }
        return read;
    }

    /**
     * Takes in what replicas counted since the last time, as one observation: it is counted exactly once, whoever dies in between.
     * Nothing happens where nobody has reported.
     *
     * @param covered how long that was, by a clock that only goes forward
     */
    public synchronized List<Effect> observe(CountsStore counts, Instant at, Duration covered) {
        return journal.inTransaction(() -> {
            journal.hold(lease); // Or what is of a weight that it does not know would be dropped.
            List<Counted> reports = counts.take(state.plan().rolloutId(), state.weightRevision());
            if (reports.isEmpty()) {
                return List.of();
            }
            Counted sum = reports.stream().reduce(Counted.NOTHING, Counted::plus);
            return accept(new Observed(
                    at,
                    new Observation(
                            state.nextObservationNumber(),
                            covered,
                            sum.counts(),
                            sum.candidateUnitCount(),
                            sum.baselineUnitCount(),
                            sum.judge())));
        });
    }

    /**
     * Obeys a command, and keeps the answer with what follows from it: whoever takes over finds both or neither, so a command that was refused is
     * not told to have been obeyed.
     */
    public synchronized List<Effect> obey(CommandInbox inbox, Command command, Instant at) {
        return journal.inTransaction(() -> {
            List<Effect> done = accept(new Commanded(at, command));
            inbox.answer(command.id(), answer(done));
            return done;
        });
    }

    /** The last decision is the answer; a command that was handled before has left none. */
    private static Answer answer(List<Effect> done) {
        Decision last = null;
        for (Effect effect : done) {
            last = effect instanceof Effect.Keep(Decision decision) ? decision : last;
        }
        return last == null
                ? new Answer(true, "It was done before.")
                : new Answer(last.kind() != Kind.REFUSED, last.sentence());
    }

    public synchronized RolloutState state() {
        return state;
    }
}
