/**
 * What the machine has to compute on. For now it only tells whether an accelerator is there, by what its driver leaves in the file system:
 * nothing is loaded and nothing can fail.
 */
@NullMarked
package dev.weir.engine.device;

import org.jspecify.annotations.NullMarked;
