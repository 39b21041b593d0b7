package dev.weir.control.rollout.journal;

/** What an alias means now. */
public record AliasWeight(
        String alias, String rolloutId, String baseline, String candidate, double candidateShare, long revision) {}
