/**
 * Does the new model answer as well as the old one? Golden sets, graders, judges, gates, human review, drift and post-mortems; its
 * verdicts reach {@code rollout} as events.
 *
 * <p>Nothing is evaluated here yet.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"completion", "upstream"})
package dev.weir.control.evaluation;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
