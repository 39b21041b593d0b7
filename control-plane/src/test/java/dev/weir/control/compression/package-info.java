@NullMarked
package dev.weir.control.compression;

import org.jspecify.annotations.NullMarked;
