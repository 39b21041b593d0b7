/** Tests of the station's parts. */
@NullMarked
package dev.weir.control.classification;

import org.jspecify.annotations.NullMarked;
