package dev.weir.control.routing;

import dev.weir.control.classification.Traits;
import java.util.Optional;
import java.util.Set;

/** Names whose meaning is a version of a model, and changes only by a rollout. */
public interface Versions {
    /** No name has versions. */
    Versions NONE = new Versions() {
        @Override
        public Set<String> names() {
            return Set.of();
        }

        @Override
        public Optional<Version> of(String name, RequestFacts facts) {
            return Optional.empty();
        }

        @Override
        public void went(RequestFacts facts, String arm, Traits traits) {}
    };

    /**
     * What a name means.
     *
     * @param arm that is compared with another, or an empty text
     */
    record Version(String model, String arm) {}

    Set<String> names();

    /** What the name means for this request; empty where it has no versions. */
    Optional<Version> of(String name, RequestFacts facts);

    /** A request of this kind goes to an arm. */
    void went(RequestFacts facts, String arm, Traits traits);
}
