@NullMarked
package dev.weir.control.evaluation.grading;

import org.jspecify.annotations.NullMarked;
