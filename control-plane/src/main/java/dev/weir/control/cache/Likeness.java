package dev.weir.control.cache;

/** What of a question has to be alike for an answer to stand for it. */
sealed interface Likeness {

    /**
     * The question may be answered by what was said to one like it.
     *
     * @param partition a digest of tenant, model and everything else that is not the last message: only within one of these is anything
     *     compared at all
     * @param text of the last message
     */
    record Asked(String partition, String text) implements Likeness {}

    /** It may not. */
    record Unsafe(String reason) implements Likeness {}
}
