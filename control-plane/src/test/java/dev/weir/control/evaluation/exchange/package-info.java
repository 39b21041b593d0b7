@NullMarked
package dev.weir.control.evaluation.exchange;

import org.jspecify.annotations.NullMarked;
