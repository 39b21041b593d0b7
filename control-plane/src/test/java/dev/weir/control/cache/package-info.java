/** Tests of {@code cache}. */
@NullMarked
package dev.weir.control.cache;

import org.jspecify.annotations.NullMarked;
