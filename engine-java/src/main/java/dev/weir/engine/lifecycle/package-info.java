/**
 * How models come and go without a restart: what is known of each, the verbs that change it, and whether it fits into memory.
 */
@NullMarked
package dev.weir.engine.lifecycle;

import org.jspecify.annotations.NullMarked;
