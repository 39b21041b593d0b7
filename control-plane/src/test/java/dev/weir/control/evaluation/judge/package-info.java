@NullMarked
package dev.weir.control.evaluation.judge;

import org.jspecify.annotations.NullMarked;
