/** Tests of the gateway's measurement. */
@NullMarked
package dev.weir.bench.gateway;

import org.jspecify.annotations.NullMarked;
