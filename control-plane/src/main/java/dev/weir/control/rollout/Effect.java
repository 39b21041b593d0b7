package dev.weir.control.rollout;

/** What the reducer wants done. Each may be done twice without harm: weights carry a revision, decisions a number. */
public sealed interface Effect {

    /** The alias's traffic is divided anew. Whoever holds a later revision ignores this one. */
    record SetWeight(String alias, long revision, double candidateShare) implements Effect {}

    /** The record of a decision is kept. */
    record Keep(Decision decision) implements Effect {}

    /** A person is told. */
    record Alert(Severity severity, String sentence) implements Effect {}

    /** The version may be unloaded: nothing is rolled back to it any more. */
    record Release(String version) implements Effect {}

    /** Somebody finds out why: by query type, tenant, language and length. */
    record StartPostMortem(String rolloutId) implements Effect {}

    /** How urgent. */
    enum Severity {
        NOTICE,
        WARNING,
        PAGE
    }
}
