package dev.weir.control.rollout.live;

import dev.weir.control.rollout.journal.CommandInbox;
import dev.weir.control.rollout.journal.CountsStore;
import dev.weir.control.rollout.journal.RolloutJournal;
import dev.weir.control.rollout.journal.SliceStore;
import dev.weir.control.storage.Database;

/** What replicas share of rollouts, in one database. */
public record RolloutStore(
        Database database, RolloutJournal journal, CommandInbox inbox, CountsStore counts, SliceStore slices) {

    public static RolloutStore in(Database database) {
        return new RolloutStore(
                database,
                new RolloutJournal(database),
                new CommandInbox(database),
                new CountsStore(database),
                new SliceStore(database));
    }
}
