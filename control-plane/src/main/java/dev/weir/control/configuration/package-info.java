/**
 * The file {@code weir.yaml} as values: read whole, checked whole, swapped whole.
 *
 * <p>What the file may say is told by the stations: each reads its own {@link dev.weir.control.configuration.Section} into a record of its
 * own, so this package knows none of them. Reading never stops at the first mistake. Every key that is unknown, missing, of the wrong
 * kind or out of range becomes a {@link dev.weir.control.configuration.Problem} with its line and its remedy, and a file with any of them
 * is refused as a whole.
 *
 * <p>{@link dev.weir.control.configuration.LiveConfiguration} holds the version that serves. A request takes it once, at its start, so no
 * request sees half of one policy and half of another. {@link dev.weir.control.configuration.FileWatch} notices that the file has changed;
 * a file that cannot be used leaves the old version where it is, and says why.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"digest"})
package dev.weir.control.configuration;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
