/** Tests of the station's parts. */
@NullMarked
package dev.weir.control.configuration;

import org.jspecify.annotations.NullMarked;
