/**
 * The request as values: what a caller asked for, on its way through the stations. Imports nothing of ours, so every station may speak
 * of a request without knowing who serves it.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {})
package dev.weir.control.completion;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
