/** Writes trained weights as the files other programs read: {@code config.json} and {@code model.safetensors} in BF16. */
@NullMarked
package dev.weir.models.format;

import org.jspecify.annotations.NullMarked;
