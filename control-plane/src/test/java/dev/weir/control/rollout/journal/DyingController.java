package dev.weir.control.rollout.journal;

import dev.weir.control.rollout.RandomEvents;
import dev.weir.control.rollout.RolloutEvent;
import dev.weir.control.rollout.RolloutReducer;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.TestDatabases;
import java.util.List;

/** A controller that is a process of its own: it takes a rollout over, plays on from where the journal ends, and dies at one event as by {@code kill -9}. */
public final class DyingController {
    static final String ROLLOUT = RandomEvents.PLAN.rolloutId();
    static final int KILLED = 9;

    /** When it dies. */
    enum Moment {
        /** The event and all that follows from it is written, and not committed. */
        BEFORE_COMMIT,
        /** Everything is kept, and nobody has been told. */
        BEFORE_EFFECT
    }

    private DyingController() {}

    /** Takes the database's URL and user, a seed, the event to die at, and when. */
    public static void main(String[] arguments) {
        String user = arguments[1].isEmpty() ? null : arguments[1];
        int fatal = Integer.parseInt(arguments[3]);
        Moment moment = Moment.valueOf(arguments[4]);
        Database database = new Database(TestDatabases.config(arguments[0], user, null));
        RolloutJournal journal = new RolloutJournal(database);
        RolloutController controller = RolloutController.takeOver(journal, new RolloutReducer(), ROLLOUT);
        List<RolloutEvent> events = RandomEvents.of(Long.parseLong(arguments[2]), fatal + 1);
        for (RolloutEvent event : events.subList(journal.events(ROLLOUT, 0).size(), fatal)) {
            controller.accept(event);
        }
        journal.inTransaction(() -> {
            controller.accept(events.get(fatal));
            if (moment == Moment.BEFORE_COMMIT) {
                Runtime.getRuntime().halt(KILLED);
            }
            return moment;
        });
        Runtime.getRuntime().halt(KILLED);
    }
}
