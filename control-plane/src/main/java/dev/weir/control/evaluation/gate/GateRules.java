package dev.weir.control.evaluation.gate;

import java.util.Map;
import java.util.TreeMap;

/**
 * What a gate asks for beside "not worse".
 *
 * @param alpha the error that a test may have; over several tests of one kind, of all together
 * @param tolerance by how much the mean of a metric that is not noisy may be below the baseline's
 * @param floors least shares of passed cases by slice ({@code type=refund}), or of all under {@code all}
 * @param coverageMin the least share of grades that have a result, and of what the judge is asked
 */
public record GateRules(double alpha, double tolerance, Map<String, Double> floors, double coverageMin) {
    public static final GateRules STANDARD = new GateRules(0.05, 0, Map.of(), 0.95);

    /** A judge whose question does not apply to all cases has judged the set if it applies to as many, */
    static final int APPLICABLE_COUNT_MIN = 30;

    /** and to this share of them. */
    static final double APPLICABLE_SHARE_MIN = 0.05;

    /** The name that floors have for all cases together. */
    public static final String ALL = "all";

    public GateRules {
        if (!(alpha > 0 && alpha < 1)
                || !(tolerance >= 0 && tolerance <= 1)
                || !(coverageMin >= 0 && coverageMin <= 1)) {
            throw new IllegalArgumentException(
                    "alpha is in (0, 1), tolerance and the least coverage in [0, 1]: %s, %s, %s"
                            .formatted(alpha, tolerance, coverageMin));
        }
        floors.forEach((slice, floor) -> {
            if (!(floor >= 0 && floor <= 1)) {
                throw new IllegalArgumentException("the floor of " + slice + " is a share from 0 to 1: " + floor);
            }
        });
        floors = Map.copyOf(new TreeMap<>(floors));
    }

    public GateRules withFloors(Map<String, Double> other) {
        return new GateRules(alpha, tolerance, other, coverageMin);
    }

    public GateRules withTolerance(double other) {
        return new GateRules(alpha, other, floors, coverageMin);
    }
}
