/** Tests of {@code telemetry}. */
@NullMarked
package dev.weir.control.telemetry;

import org.jspecify.annotations.NullMarked;
