package dev.weir.control.fleet;

import org.jspecify.annotations.Nullable;

/**
 * A model as an engine lists it.
 *
 * @param contextTokensMax prompt and answer together, where the engine says so
 */
public record ServedModel(
        String id,
        long createdEpochSeconds,
        String ownedBy,
        @Nullable Integer contextTokensMax) {
    public ServedModel {
        if (id.isBlank()) {
            throw new IllegalArgumentException("id is blank");
        }
    }
}
