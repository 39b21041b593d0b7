package dev.weir.control.fleet;

import org.jspecify.annotations.Nullable;

/**
 * A model as an engine lists it.
 *
 * @param contextTokensMax prompt and answer together, where the engine says so
 * @param root the model that this is another name of, if it is one
 * @param state what the engine calls it; null where it is ready, of which engines say nothing
 * @param wakesOnRequest whether a sleeping one wakes for a request
 * @param version which of the models that have or had the name it is, where the engine says so
 */
public record ServedModel(
        String id,
        long createdEpochSeconds,
        String ownedBy,
        @Nullable Integer contextTokensMax,
        @Nullable String root,
        @Nullable String state,
        boolean wakesOnRequest,
        @Nullable String version) {
    public ServedModel {
        if (id.isBlank()) {
            throw new IllegalArgumentException("id is blank");
        }
    }

    /** One that is ready and goes by its own name. */
    public static ServedModel ready(String id) {
        return new ServedModel(id, 0, "weir", null, null, null, false, null);
    }

    /** How far it is from answering: the lower, the better the engine is to ask. */
    int distance() {
        if (state == null) {
            return 0;
        }
        return wakesOnRequest ? 1 : 2;
    }

    @Override
    public String toString() {
        return state == null ? id : id + " (" + state + ")";
    }
}
