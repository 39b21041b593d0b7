@NullMarked
package dev.weir.control.evaluation.gate;

import org.jspecify.annotations.NullMarked;
