package dev.weir.engine.model.template;

/** What a template may use. Real ones stay below a hundredth of each. */
public final class TemplateLimits {

    /** Length of a template's source. */
    public static final int SOURCE_CHARS_MAX = 1 << 20;
    /** Blocks within blocks and brackets within brackets; also operators in one chain without brackets. */
    public static final int NESTING_MAX = 200;

    public static final int CHAIN_MAX = 500;
    /** Statements run and loop turns taken in one rendering. */
    public static final int STEPS_MAX = 2_000_000;
    /** Macros within macros. */
    public static final int CALL_DEPTH_MAX = 60;
    /** Length of the output, and of any text on the way. */
    public static final int TEXT_CHARS_MAX = 1 << 24;
    /** Elements of a list that a template builds. */
    public static final int LIST_SIZE_MAX = 1 << 20;
    /** The sandbox's own limit on {@code range}. */
    public static final int RANGE_MAX = 100_000;
    /** Lists and maps within each other, in what is passed in and in what is printed. */
    public static final int VALUE_DEPTH_MAX = 200;

    private TemplateLimits() {}
}
