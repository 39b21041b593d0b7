/** Tests of the station's parts. */
@NullMarked
package dev.weir.control.upstream;

import org.jspecify.annotations.NullMarked;
