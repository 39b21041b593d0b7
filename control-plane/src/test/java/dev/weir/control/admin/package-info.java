/** Tests of {@code admin}. */
@NullMarked
package dev.weir.control.admin;

import org.jspecify.annotations.NullMarked;
