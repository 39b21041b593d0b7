package dev.weir.models.domain;

/**
 * One way of saying something.
 *
 * @param template the sentence form with its slots, which belongs to one split
 * @param text the sentence with the slots filled
 */
public record Phrase(String template, String text) {
    /** Fills a slot; every occurrence of {@code <name>} is replaced. */
    public Phrase with(String slot, String value) {
        return new Phrase(template, text.replace("<" + slot + ">", value));
    }
}
