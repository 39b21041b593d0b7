package dev.weir.engine.sampling.constraint;

/**
 * What a constraint may cost. All are counts, never times: what is refused here is refused on every machine.
 *
 * @param sourceCharsMax of a schema, an expression or a grammar
 * @param nestingMax of brackets, groups and subschemas in it
 * @param subschemasMax that are looked at, each as often as it is used otherwise than by a bare {@code $ref}
 * @param statesMax of its automaton
 * @param depthMax rules that may be open at once while text is written: how deep recursion goes
 * @param configurationsMax determinized states that are kept; past it they are made anew
 * @param compileWorkMax steps of laying it out as an automaton
 * @param tokenWorkMax steps of one advance or one mask before the constraint is given up as too ambiguous
 */
public record ConstraintLimits(
        int sourceCharsMax,
        int nestingMax,
        int subschemasMax,
        int statesMax,
        int depthMax,
        int configurationsMax,
        int compileWorkMax,
        int tokenWorkMax) {

    public ConstraintLimits {
        requirePositive("sourceCharsMax", sourceCharsMax);
        requirePositive("nestingMax", nestingMax);
        requirePositive("subschemasMax", subschemasMax);
        requirePositive("statesMax", statesMax);
        requirePositive("depthMax", depthMax);
        requirePositive("configurationsMax", configurationsMax);
        requirePositive("compileWorkMax", compileWorkMax);
        requirePositive("tokenWorkMax", tokenWorkMax);
    }

    public static ConstraintLimits defaults() {
        return new ConstraintLimits(256 * 1024, 128, 20_000, 100_000, 512, 4_096, 5_000_000, 500_000);
    }

    /** Refuses a text that is too long before anything reads it. */
    public void checkSource(String what, String source) {
        if (source.length() > sourceCharsMax) {
            throw new ConstraintException(what + " has " + source.length() + " characters, the limit is "
                    + sourceCharsMax + " (sourceCharsMax)");
        }
    }

    /** Refuses what is nested too deeply. */
    public void checkNesting(String where, int depth) {
        if (depth > nestingMax) {
            throw new ConstraintException(
                    where + " is nested more than " + nestingMax + " levels deep (nestingMax): flatten it");
        }
    }

    private static void requirePositive(String name, int value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be positive: " + value);
        }
    }
}
