/** The control plane as a whole: its architecture, its configuration, and what goes through it between real sockets. */
@NullMarked
package dev.weir.control;

import org.jspecify.annotations.NullMarked;
