package dev.weir.control.rollout;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How long a rollout of a healthy candidate takes at the traffic that there is: the longer of each stage's hold and the time until both arms
 * have their samples.
 *
 * @param requestsPerSecond of the alias
 * @param totalSeconds until the candidate has everything; null where a stage would never have its samples
 */
public record RolloutForecast(
        double requestsPerSecond, @Nullable Double totalSeconds, List<StageForecast> stages) {
    public RolloutForecast {
        stages = List.copyOf(stages);
    }

    /**
     * One stage's.
     *
     * @param samplesSeconds until the smaller arm has its requests; null without traffic
     * @param judgedPerSecondMin that a judge has to score, of both arms together, to be done within the hold
     */
    public record StageForecast(
            Stage.Kind kind,
            double candidateShare,
            double holdSeconds,
            @Nullable Double samplesSeconds,
            double judgedPerSecondMin) {}

    public static RolloutForecast of(RolloutPlan plan, double requestsPerSecond) {
        boolean judges = plan.guards().stream().anyMatch(guard -> guard.metric().isJudged());
        List<StageForecast> stages = new ArrayList<>();
        Double total = 0.0;
        for (Stage stage : plan.stages()) {
            double hold = stage.hold().toMillis() / 1e3;
            // Of pairs both arms answer every request that is copied.
            double smaller = stage.kind() == Stage.Kind.CANARY
                    ? Math.min(stage.candidateShare(), 1 - stage.candidateShare())
                    : 1;
            double seconds = stage.requestCountMin() == 0 ? 0 : stage.requestCountMin() / (requestsPerSecond * smaller);
            Double samples = Double.isFinite(seconds) ? Double.valueOf(seconds) : null;
            stages.add(new StageForecast(
                    stage.kind(),
                    stage.candidateShare(),
                    hold,
                    samples,
                    judges ? 2 * stage.judgedCountMin() / hold : 0));
            if (stage.kind() != Stage.Kind.WARM) {
                total = total == null || samples == null ? null : Double.valueOf(total + Math.max(hold, samples));
            }
        }
        return new RolloutForecast(requestsPerSecond, total, stages);
    }
}
