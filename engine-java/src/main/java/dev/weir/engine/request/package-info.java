/**
 * A generation request as values: what to continue, how to sample, when to stop, and what comes back. Every other package may import
 * this one; it imports {@code java.base} only.
 */
@NullMarked
package dev.weir.engine.request;

import org.jspecify.annotations.NullMarked;
