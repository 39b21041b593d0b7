/**
 * Station 8: {@link dev.weir.engine.execution.ModelExecutor}, the one thing that a backend implements, and
 * {@link dev.weir.engine.execution.EngineLoop}, the one thread that owns all mutable state of a model.
 *
 * <p>The thread's turn is a {@linkplain dev.weir.engine.execution.EngineLoop#step step}: take what was admitted, let go what was cancelled,
 * plan, compute, hand the new tokens on, account. Everything that other threads may do to it is in three objects: they submit to the
 * {@linkplain dev.weir.engine.admission.AdmissionQueue queue}, poll or cancel a
 * {@linkplain dev.weir.engine.streaming.TokenStream stream}, or ask the loop to stop; each of these rings the doorbell that the thread sleeps
 * by when it has nothing to do.
 *
 * <p>When an executor dies, what was running ends with an error, what was waiting keeps waiting, and a new executor is made, a bounded number
 * of times in a row.
 */
@NullMarked
package dev.weir.engine.execution;

import org.jspecify.annotations.NullMarked;
