/** Tests of {@code storage}. */
@NullMarked
package dev.weir.control.storage;

import org.jspecify.annotations.NullMarked;
