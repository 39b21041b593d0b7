/** Tests of the station's parts. */
@NullMarked
package dev.weir.control.routing;

import org.jspecify.annotations.NullMarked;
