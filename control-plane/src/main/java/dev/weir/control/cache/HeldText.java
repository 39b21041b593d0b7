package dev.weir.control.cache;

/** What a text takes in memory. */
final class HeldText {
    /** Of the text and of the array in it. */
    private static final int OVERHEAD_BYTES = 40;

    private static final int LAST_OF_ONE_BYTE = 0xFF;

    private HeldText() {}

    /** Two bytes for each character of a text in which one is not Latin. */
    static int byteCount(String text) {
        boolean oneByte = text.chars().allMatch(character -> character <= LAST_OF_ONE_BYTE);
        return OVERHEAD_BYTES + (oneByte ? text.length() : 2 * text.length());
    }
}
