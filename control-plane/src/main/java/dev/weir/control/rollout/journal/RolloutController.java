package dev.weir.control.rollout.journal;

import dev.weir.control.rollout.Effect;
import dev.weir.control.rollout.Observation;
import dev.weir.control.rollout.RolloutEvent;
import dev.weir.control.rollout.RolloutEvent.Observed;
import dev.weir.control.rollout.RolloutReducer;
import dev.weir.control.rollout.RolloutReducer.Step;
import dev.weir.control.rollout.RolloutState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Acts on one rollout: what the reducer decides is kept before anybody hears of it.
 *
 * <p>Thread-safety: events are taken one at a time.
 */
public final class RolloutController {
    private final RolloutJournal journal;
    private final RolloutReducer reducer;
    private final Lease lease;
    private RolloutState state;
    private long eventCount;

    private RolloutController(
            RolloutJournal journal, RolloutReducer reducer, Lease lease, RolloutState state, long eventCount) {
        this.journal = journal;
        this.reducer = reducer;
        this.lease = lease;
        this.state = state;
        this.eventCount = eventCount;
    }

    /** Takes a rollout over and replays it. The lease comes first: whoever acted before adds no event that this one would miss. */
    public static RolloutController takeOver(RolloutJournal journal, RolloutReducer reducer, String rolloutId) {
        Lease lease = journal.take(rolloutId);
        RolloutState state = RolloutState.planned(journal.planOf(rolloutId));
        List<RolloutEvent> events = journal.events(rolloutId);
        for (RolloutEvent event : events) {
            state = reducer.reduce(state, event).state();
        }
        return new RolloutController(journal, reducer, lease, state, events.size());
    }

    /**
     * Takes an event. If it cannot be kept, nothing has happened, here or elsewhere.
     *
     * @return what is still to be done; the decisions and the weight are kept already
     * @throws Deposed if another controller has taken over
     */
    public synchronized List<Effect> accept(RolloutEvent event) {
        Step step = reducer.reduce(state, event);
        journal.append(lease, eventCount, event, step);
        state = step.state();
        eventCount++;
        return step.effects();
    }

    /**
     * Takes in what replicas counted since the last time, as one observation: it is counted exactly once, whoever dies in between.
     * Nothing happens where nobody has reported.
     *
     * @param covered how long that was, by a clock that only goes forward
     */
    public synchronized List<Effect> observe(CountsStore counts, Instant at, Duration covered) {
        return journal.inTransaction(() -> {
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

    public synchronized RolloutState state() {
        return state;
    }
}
