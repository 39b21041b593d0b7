@NullMarked
package dev.weir.control.evaluation.archive;

import org.jspecify.annotations.NullMarked;
