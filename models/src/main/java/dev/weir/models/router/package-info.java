/**
 * Learns which model is enough for a request, from what models got right. {@link dev.weir.models.router.RouterTraining} fits the control
 * plane's {@link dev.weir.control.classification.LearnedHead} to outcomes; {@link dev.weir.models.router.RoutingReport} sets what routing by it
 * costs and gets right beside always one model, chance, and an oracle.
 */
@NullMarked
package dev.weir.models.router;

import org.jspecify.annotations.NullMarked;
