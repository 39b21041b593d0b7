/** Tests of what content is known by. */
@NullMarked
package dev.weir.control.digest;

import org.jspecify.annotations.NullMarked;
