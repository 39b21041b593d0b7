/** Tests of {@code embedding}. */
@NullMarked
package dev.weir.control.embedding;

import org.jspecify.annotations.NullMarked;
