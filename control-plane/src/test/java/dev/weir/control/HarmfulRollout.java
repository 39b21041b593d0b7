package dev.weir.control;

import dev.weir.control.VersionEngines.Harm;
import dev.weir.control.rollout.Metric;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * What came of a rollout of a version that is worse.
 *
 * @param report the last
 * @param decided at last, in a sentence
 * @param noticedAfter it was worse: then the rollout was over
 * @param goodCount answers of both versions
 * @param failedCount requests of users that were answered with an error
 * @param failures what those errors say, each once
 */
record HarmfulRollout(
        Harm harm,
        JsonNode report,
        String decided,
        Duration noticedAfter,
        int goodCount,
        int failedCount,
        Set<String> failures) {

    /** Makes the version worse as soon as its rollout, which has begun, can tell, and waits until that is over. */
    static HarmfulRollout watch(Harm harm, VersionEngines engines, RolloutProcesses weir, AskingUsers users)
            throws Exception {
        long worseNanos = System.nanoTime();
        if (harm.hasBegunWell()) {
            weir.awaitReport(harm.alias(), report -> candidateCount(report, harm.seenIn()) > 0);
            engines.befall(harm, Duration.ofMillis(users.p95Millis()));
            worseNanos = System.nanoTime();
        }
        JsonNode over = weir.awaitReport(harm.alias(), RolloutProcesses::isOver);
        Duration after = Duration.ofNanos(System.nanoTime() - worseNanos);
        return new HarmfulRollout(
                harm,
                over,
                weir.decided(harm.alias()).getLast(),
                after,
                users.goodCount(),
                users.failedCount(),
                users.failures());
    }

    /** How it ended. */
    String phase() {
        return report.path("phase").asString();
    }

    /** Answers of the candidate, good or not, by which it was decided. */
    long candidateCount() {
        return candidateCount(report, harm.seenIn());
    }

    private static long candidateCount(JsonNode report, Metric metric) {
        return report.path("metrics")
                .valueStream()
                .filter(of -> of.path("metric").asString().equals(metric.name()))
                .mapToLong(of -> of.path("candidateCount").asLong())
                .sum();
    }

    /** All of it, in a line to print. */
    String say() {
        return String.format(
                Locale.ROOT,
                "%s: %s after %.1f s and %d answers of the candidate; users had %d answers, and %d requests failed; %s",
                harm.alias(),
                phase(),
                noticedAfter.toMillis() / 1e3,
                candidateCount(),
                goodCount,
                failedCount,
                decided);
    }
}
