package dev.weir.engine.http;

import dev.weir.engine.adapters.AdapterRoots;
import dev.weir.engine.lifecycle.ModelRegistry;

/**
 * The admin API.
 *
 * @param models that it moves
 * @param adapterRoots within which adapters may be named by path
 * @param guard who may
 */
public record Administration(ModelRegistry<?> models, AdapterRoots adapterRoots, AdminGuard guard) {}
