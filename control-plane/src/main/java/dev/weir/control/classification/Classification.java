package dev.weir.control.classification;

/**
 * How hard a request is taken to be.
 *
 * @param confidence the part of such verdicts that is right, 0 to 1
 * @param reason what spoke for it most, in words
 */
public record Classification(Difficulty difficulty, double confidence, String reason) {
    public Classification {
        if (!(confidence >= 0 && confidence <= 1)) {
            throw new IllegalArgumentException("confidence must be in [0, 1]: " + confidence);
        }
    }
}
