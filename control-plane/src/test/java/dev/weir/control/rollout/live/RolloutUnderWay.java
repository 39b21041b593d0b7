package dev.weir.control.rollout.live;

import dev.weir.control.rollout.Command;
import dev.weir.control.rollout.Command.Verb;
import dev.weir.control.rollout.RolloutEvent.Commanded;
import dev.weir.control.rollout.RolloutEvent.VersionsProbed;
import dev.weir.control.rollout.RolloutPlan;
import dev.weir.control.rollout.RolloutReducer;
import dev.weir.control.rollout.journal.RolloutController;
import dev.weir.control.rollout.journal.RolloutJournal;
import dev.weir.control.storage.Database;
import java.time.Instant;

/** The rollout r1 of notes, from v1 to v2, of which v2 has 5 %. */
public final class RolloutUnderWay {
    private RolloutUnderWay() {}

    /** Begins it in a database that is empty, and tells the weights that it leads to. */
    public static ArmWeights in(Database database) {
        RolloutJournal journal = new RolloutJournal(database);
        journal.plan(RolloutPlan.standard("r1", "notes", "v1", "v2"), "ada", "because", Instant.EPOCH);
        RolloutController controller = RolloutController.takeOver(journal, new RolloutReducer(), "r1");
        controller.accept(new VersionsProbed(Instant.EPOCH, true, true));
        controller.accept(new Commanded(Instant.EPOCH, new Command("start", Verb.START, "ada", "because")));
        controller.accept(new Commanded(Instant.EPOCH, new Command("on", Verb.PROMOTE_ONE, "ada", "because")));
        ArmWeights weights = new ArmWeights(journal);
        weights.refresh();
        return weights;
    }
}
