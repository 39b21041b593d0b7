package dev.weir.engine.lifecycle;

import org.jspecify.annotations.Nullable;

/**
 * Whether a model would have room now.
 *
 * @param need what it would take
 * @param freeBytes what it could have, beside everything that is loaded
 * @param refusal what its load would be refused with; null where it fits
 */
public record Fit(MemoryNeed need, long freeBytes, @Nullable String refusal) {}
