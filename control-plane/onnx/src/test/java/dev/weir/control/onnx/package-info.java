/** Tests of encoders in ONNX, with networks that are written here. */
@NullMarked
package dev.weir.control.onnx;

import org.jspecify.annotations.NullMarked;
