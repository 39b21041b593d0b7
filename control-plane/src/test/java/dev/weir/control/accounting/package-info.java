/** Tests of {@code accounting}. */
@NullMarked
package dev.weir.control.accounting;

import org.jspecify.annotations.NullMarked;
