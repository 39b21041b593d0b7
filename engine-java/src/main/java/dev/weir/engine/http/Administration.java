package dev.weir.engine.http;

import dev.weir.engine.lifecycle.ModelRegistry;

/**
 * The admin API.
 *
 * @param models that it moves
 * @param guard who may
 */
public record Administration(ModelRegistry<?> models, AdminGuard guard) {}
