package dev.weir.engine.lifecycle;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One line of the index.
 *
 * @param reason why the model is in this state; empty where there is nothing to say
 * @param progress on the way up or down, else null
 * @param spec what it was loaded from and with; null where nothing is known but its name
 * @param memory that it takes; null where it takes none
 * @param aliases that point to it
 */
public record ModelStatus(
        String name,
        ModelState state,
        String reason,
        @Nullable Progress progress,
        @Nullable ModelSpec spec,
        @Nullable MemoryNeed memory,
        int activeRequests,
        List<String> aliases) {}
