/** What came out, for a terminal and for a browser. */
@NullMarked
package dev.weir.rollouts.report;

import org.jspecify.annotations.NullMarked;
