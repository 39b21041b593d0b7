/** Tests of {@code identity}. */
@NullMarked
package dev.weir.control.identity;

import org.jspecify.annotations.NullMarked;
