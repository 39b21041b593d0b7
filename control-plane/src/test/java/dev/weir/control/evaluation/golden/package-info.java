@NullMarked
package dev.weir.control.evaluation.golden;

import org.jspecify.annotations.NullMarked;
