/**
 * Tells people: what is wrong, since when, and when it is over.
 *
 * <p>A watch calls {@link dev.weir.control.alerting.AlertBook#fires} as long as something is wrong and
 * {@link dev.weir.control.alerting.AlertBook#resolves} when it is not; the book tells each channel once, again while it lasts, and when it
 * ends. {@link dev.weir.control.alerting.BurnRate} is such a watch, over the error budget of a service level; others are asked once a minute
 * ({@link dev.weir.control.alerting.Watch}). Time is injected everywhere.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"configuration"})
package dev.weir.control.alerting;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
