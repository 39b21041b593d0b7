/**
 * The native boundary: a {@link dev.weir.engine.execution.ModelExecutor} over engine-native, and the only package that touches
 * {@code java.lang.foreign}.
 *
 * <h2>Three layers</h2>
 *
 * {@code Abi} and {@code NativeSymbols} repeat {@code weir.h} by hand (AbiContractTest compares them with what the library says of
 * itself); {@code NativeLibrary}, {@code NativeModel} and {@code NativeSession} own handles, encode arguments and turn statuses into
 * exceptions; {@code NativeModelExecutor} shows none of it.
 *
 * <h2>Memory</h2>
 *
 * The library stays mapped for the life of the process. Loading a model uses one confined arena for the call. A session belongs to one
 * thread and keeps one confined arena with the buffers of a step, sized for the largest step it may be asked for, so that a step copies
 * arrays and allocates nothing. No heap segment and no critical call crosses: a step may take long, and the garbage collector must not
 * wait for it.
 */
@NullMarked
package dev.weir.engine.ffi;

import org.jspecify.annotations.NullMarked;
