/**
 * What the machine has to compute on. Whether an accelerator is there is told by what its driver leaves in the file system: for that nothing is
 * loaded and nothing can fail. Only where there is a CUDA driver is it asked, through JCuda, for its devices and their memory.
 */
@NullMarked
package dev.weir.engine.device;

import org.jspecify.annotations.NullMarked;
