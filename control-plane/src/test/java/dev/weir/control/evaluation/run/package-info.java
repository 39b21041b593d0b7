@NullMarked
package dev.weir.control.evaluation.run;

import org.jspecify.annotations.NullMarked;
