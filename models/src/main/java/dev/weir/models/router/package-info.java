/**
 * Learns which model is enough for a request, from what models got right. {@link dev.weir.models.router.RouterTraining} fits the control
 * plane's {@link dev.weir.control.classification.LearnedHead} to outcomes, {@link dev.weir.models.router.CheckTraining} what looks at
 * answers before they are sent; {@link dev.weir.models.router.RoutingReport} and {@link dev.weir.models.router.Cascade} set what routing by
 * both costs and gets right beside always one model, chance, and an oracle.
 */
@NullMarked
package dev.weir.models.router;

import org.jspecify.annotations.NullMarked;
