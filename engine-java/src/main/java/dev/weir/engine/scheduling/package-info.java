/**
 * Station 7: what runs in the next step. Pure decisions over integers: no thread, no clock, no input or output.
 */
@NullMarked
package dev.weir.engine.scheduling;

import org.jspecify.annotations.NullMarked;
