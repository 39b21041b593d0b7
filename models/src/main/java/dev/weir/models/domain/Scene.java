package dev.weir.models.domain;

import java.util.Set;

/** One situation, drawn once, that can be asked about. */
interface Scene {
    /** The record the user pastes, or the empty text where nothing is given. */
    String record();

    /** What this scene can be asked. */
    Set<TaskType> types();

    /** A question of one of the {@link #types()}. */
    Turn ask(TaskType type, Draw draw);
}
