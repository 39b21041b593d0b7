/**
 * Does the new model answer as well as the old one? Golden sets, graders, judges, gates, human review and drift.
 *
 * <p>What others see of it is in this package: {@link dev.weir.control.evaluation.StartGate} says whether a rollout may begin, and
 * {@link dev.weir.control.evaluation.QualityListener}s are told what the judge says of live answers, as it says it.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"completion", "configuration", "digest", "statistics", "storage"})
package dev.weir.control.evaluation;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
