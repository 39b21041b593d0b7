package dev.weir.control.rollout;

import static java.util.Objects.requireNonNull;

/** What is watched, how much harm is too much, and what happens then. */
public record Guard(Metric metric, Role role, Harm harm) {
    public Guard {
        requireNonNull(metric, "metric is null");
        requireNonNull(role, "role is null");
        requireNonNull(harm, "harm is null");
    }

    /** What harm does, once it is both large and certain. */
    public enum Role {
        /** Rolls back. */
        GUARDRAIL,
        /** Pauses, for a person to look. */
        SIGNAL
    }

    public static Guard guardrail(Metric metric, Harm harm) {
        return new Guard(metric, Role.GUARDRAIL, harm);
    }

    public static Guard signal(Metric metric, Harm harm) {
        return new Guard(metric, Role.SIGNAL, harm);
    }
}
