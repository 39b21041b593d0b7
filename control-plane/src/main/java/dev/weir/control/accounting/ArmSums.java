package dev.weir.control.accounting;

/**
 * What became of some calls, in sums.
 *
 * @param answeredCount good answers, and those that were refused or broke off through no fault of the caller
 * @param failedCount the latter
 * @param goodMicros that good answers took, all together
 * @param thumbsCount how often somebody said whether they liked one; {@code thumbsUpCount} that they did
 * @param taskCount how often somebody said whether it did what it was asked for; {@code completedCount} that it did
 * @param judgedCount how often a judge looked; {@code hallucinatedCount} and {@code lowQualityCount} what it found
 */
public record ArmSums(
        long answeredCount,
        long failedCount,
        double goodMicros,
        double costNanos,
        long thumbsCount,
        long thumbsUpCount,
        long taskCount,
        long completedCount,
        long judgedCount,
        long hallucinatedCount,
        long lowQualityCount) {
    public static final ArmSums NONE = new ArmSums(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** Of calls of which nobody has said anything. */
    public static ArmSums ofCalls(long answeredCount, long failedCount, double goodMicros, double costNanos) {
        return new ArmSums(answeredCount, failedCount, goodMicros, costNanos, 0, 0, 0, 0, 0, 0, 0);
    }

    public ArmSums plus(ArmSums other) {
        return new ArmSums(
                answeredCount + other.answeredCount,
                failedCount + other.failedCount,
                goodMicros + other.goodMicros,
                costNanos + other.costNanos,
                thumbsCount + other.thumbsCount,
                thumbsUpCount + other.thumbsUpCount,
                taskCount + other.taskCount,
                completedCount + other.completedCount,
                judgedCount + other.judgedCount,
                hallucinatedCount + other.hallucinatedCount,
                lowQualityCount + other.lowQualityCount);
    }
}
