/** Tests of the station's parts. */
@NullMarked
package dev.weir.control.fleet;

import org.jspecify.annotations.NullMarked;
