/** The model catalogue, the demo models' task generator, and their trainer. */
@NullMarked
package dev.weir.models;

import org.jspecify.annotations.NullMarked;
