/**
 * The engine's process: {@link dev.weir.engine.Main} reads the command line, {@link dev.weir.engine.Engine} puts the stations together and
 * takes them apart again. It is the only package that calls other packages' constructors.
 */
@NullMarked
package dev.weir.engine;

import org.jspecify.annotations.NullMarked;
