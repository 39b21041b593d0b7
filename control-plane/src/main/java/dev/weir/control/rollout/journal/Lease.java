package dev.weir.control.rollout.journal;

/**
 * The right to act on a rollout, until somebody takes it over.
 *
 * @param fence larger than that of whoever had it before
 */
public record Lease(String rolloutId, long fence) {}
