package dev.weir.control.rollout.postmortem;

import dev.weir.control.statistics.ArmCounts;
import dev.weir.control.statistics.Interval;

/**
 * A slice in which the candidate was worse.
 *
 * @param candidateShare of bad events, with 95 %
 * @param difference from the baseline in the same slice, with 95 %
 */
public record Finding(Slice slice, ArmCounts counts, Interval candidateShare, Interval difference, double log10E) {}
