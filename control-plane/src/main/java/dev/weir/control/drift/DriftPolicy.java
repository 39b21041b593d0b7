package dev.weir.control.drift;

import dev.weir.control.configuration.Section;

/**
 * How many answers are looked at; {@code drift} of the configuration.
 *
 * @param share of answers, drawn by the call's name
 */
public record DriftPolicy(double share) {
    private static final double SHARE = 0.05;
    private static final long PARTS = 1_000_000;
    /** So that these are not the answers that the judge draws by the same name. */
    private static final long SALT = 0xD1B54A32D192ED03L;

    public DriftPolicy {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("share is from 0 to 1: " + share);
        }
    }

    /** Whether a call is in the sample. */
    public boolean samples(String callId) {
        return Math.floorMod((callId.hashCode() * SALT) >>> 16, PARTS) < share * PARTS;
    }

    public static DriftPolicy read(Section root) {
        return new DriftPolicy(root.section("drift").number("share", 0, 1, SHARE));
    }
}
