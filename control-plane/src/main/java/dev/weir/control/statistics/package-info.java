/**
 * The arithmetic behind rollouts, experiments, evaluation, drift and alerts, and nothing else: no clock, no randomness, no I/O, immutable values in and out. Each class
 * names the publication whose formula it is.
 *
 * <h2>Evidence that may be looked at at any time</h2>
 *
 * {@link dev.weir.control.statistics.LabelEvidence} asks whether bad events fall on the candidate more often than its share of
 * the traffic explains; {@link dev.weir.control.statistics.AssignmentEvidence} whether the traffic itself falls as it was meant to;
 * {@link dev.weir.control.statistics.ConfidenceSequence} bounds a mean. All three hold for every moment at once, so whoever looks
 * after every request errs no more often than who looks once.
 *
 * <h2>Looks that are taken once</h2>
 *
 * {@link dev.weir.control.statistics.Proportion}, {@link dev.weir.control.statistics.ProportionDifference},
 * {@link dev.weir.control.statistics.PairedDifference}, {@link dev.weir.control.statistics.McNemar} and
 * {@link dev.weir.control.statistics.QuantileEstimate} are for the end of a hold, a horizon or a report.
 *
 * <h2>Many questions, many users, many arms</h2>
 *
 * {@link dev.weir.control.statistics.Multiplicity} keeps the error of many questions together;
 * {@link dev.weir.control.statistics.ClusteredMean} counts users and not requests;
 * {@link dev.weir.control.statistics.CovariateAdjustment} takes out what was known of users beforehand;
 * {@link dev.weir.control.statistics.BetaArms} says which arm is best with which probability.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {})
package dev.weir.control.statistics;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
