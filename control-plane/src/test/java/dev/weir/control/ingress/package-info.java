/** Tests of the station's parts. */
@NullMarked
package dev.weir.control.ingress;

import org.jspecify.annotations.NullMarked;
