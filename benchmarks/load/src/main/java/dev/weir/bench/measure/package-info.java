/**
 * What a run's samples come to. {@link dev.weir.bench.measure.Metric} has the definitions, which are vLLM's by name and formula except that
 * latencies of an open loop count from the scheduled arrival; {@link dev.weir.bench.measure.Recorder} folds samples into HdrHistograms, exact to
 * 0.1 %; {@link dev.weir.bench.measure.RunResult} is what there is to report.
 */
@NullMarked
package dev.weir.bench.measure;

import org.jspecify.annotations.NullMarked;
