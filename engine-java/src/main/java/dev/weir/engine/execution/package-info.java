/**
 * Station 8: {@link dev.weir.engine.execution.ModelExecutor}, the one thing that a backend implements, and the loop that owns all
 * mutable state of a model.
 */
@NullMarked
package dev.weir.engine.execution;

import org.jspecify.annotations.NullMarked;
