/** Tests of {@code quota}. */
@NullMarked
package dev.weir.control.quota;

import org.jspecify.annotations.NullMarked;
