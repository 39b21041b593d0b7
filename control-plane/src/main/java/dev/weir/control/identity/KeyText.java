package dev.weir.control.identity;

import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * An API key as its holder has it: {@code wk-}, twelve characters that name it, forty that nobody can guess. Never printed by accident.
 *
 * @param id says which key it is, to us and in lists
 * @param secret proves that it is held, with 238 bits: so many that a fast hash is enough to keep it
 */
public record KeyText(String id, String secret) {
    private static final String PREFIX = "wk-";
    private static final int ID_CHARS = 12;
    private static final int SECRET_CHARS = 40;
    private static final int CHARS = PREFIX.length() + ID_CHARS + SECRET_CHARS;
    private static final String ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    static KeyText random(RandomGenerator random) {
        return new KeyText(letters(random, ID_CHARS), letters(random, SECRET_CHARS));
    }

    /** The key that a text is, if it has the form of one. */
    public static Optional<KeyText> parse(String text) {
        if (text.length() != CHARS || !text.startsWith(PREFIX)) {
            return Optional.empty();
        }
        for (int i = PREFIX.length(); i < CHARS; i++) {
            if (ALPHABET.indexOf(text.charAt(i)) < 0) {
                return Optional.empty();
            }
        }
        int middle = PREFIX.length() + ID_CHARS;
        return Optional.of(new KeyText(text.substring(PREFIX.length(), middle), text.substring(middle)));
    }

    /** To be shown once, to whoever asked for the key. */
    public String reveal() {
        return PREFIX + id + secret;
    }

    /** How the key with this id is shown to people. */
    static String shown(String id) {
        return PREFIX + id + "...";
    }

    @Override
    public String toString() {
        return shown(id);
    }

    private static String letters(RandomGenerator random, int count) {
        StringBuilder letters = new StringBuilder(count);
        for (int i = 0; i < count; i++) {
            letters.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return letters.toString();
    }
}
