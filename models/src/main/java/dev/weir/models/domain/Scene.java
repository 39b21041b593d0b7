package dev.weir.models.domain;

import java.util.Set;

/** One situation, drawn once, that can be asked about. */
interface Scene {
    /** The record the user pastes, or the empty text where nothing is given. */
    String record();

    /** What this scene can be asked. */
    Set<TaskType> types();

    /** A question about one value of the record, with a right and a wrong answer, where the record has such values. */
    default Claim claim(Draw draw) {
        throw new UnsupportedOperationException("no single value of this record can be asked for");
    }

    /** A question of one of the {@link #types()}. */
    Turn ask(TaskType type, Draw draw);
}
