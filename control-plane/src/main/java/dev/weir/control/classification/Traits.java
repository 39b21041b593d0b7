package dev.weir.control.classification;

/**
 * What kind of request it is, to find out later which kind went wrong.
 *
 * @param language of the last user message, as ISO 639-1, or {@code other}
 * @param promptChars of all messages together
 */
public record Traits(Difficulty difficulty, String language, int promptChars) {}
