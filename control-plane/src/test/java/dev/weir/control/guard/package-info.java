@NullMarked
package dev.weir.control.guard;

import org.jspecify.annotations.NullMarked;
