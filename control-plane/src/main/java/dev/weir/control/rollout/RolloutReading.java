package dev.weir.control.rollout;

import dev.weir.control.rollout.RolloutReport.MetricReport;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was read of a rollout's guards at one of its events, for whoever looks at the curve of it afterwards.
 *
 * @param number of the event, so it grows from one reading to the next
 */
public record RolloutReading(
        long number, Instant at, int stageIndex, double candidateShare, List<MetricReading> metrics) {
    public RolloutReading {
        metrics = List.copyOf(metrics);
    }

    /**
     * One guard's, in the stage that it was read in.
     *
     * @param estimate of the harm, on the limit's scale; null without data
     * @param lower end of its 95 % interval
     * @param upper end of it
     */
    public record MetricReading(
            Metric metric,
            @Nullable Double estimate,
            @Nullable Double lower,
            @Nullable Double upper,
            double log10E) {
        static MetricReading of(MetricReport metric) {
            return new MetricReading(
                    metric.metric(), metric.estimate(), metric.lower(), metric.upper(), metric.log10E());
        }
    }

    /** What a report says. */
    public static RolloutReading of(long number, RolloutReport report) {
        return new RolloutReading(
                number,
                report.at(),
                report.stageIndex(),
                report.candidateShare(),
                report.metrics().stream().map(MetricReading::of).toList());
    }
}
