package dev.weir.engine.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Names the calls of an answer. An id is nine letters and digits: Mistral's templates refuse any other, and nobody else minds.
 *
 * @param answerId of the whole answer, unique by itself
 */
record CallIds(String answerId) {

    private static final int ID_CHARS = 9;
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    String id(int choice, int call) {
        byte[] digest = digest(answerId + "/" + choice + "/" + call);
        StringBuilder id = new StringBuilder(ID_CHARS);
        for (int i = 0; i < ID_CHARS; i++) {
            int twoBytes = (digest[2 * i] & 0xff) << 8 | (digest[2 * i + 1] & 0xff);
            id.append(ALPHABET.charAt(twoBytes % ALPHABET.length()));
        }
        return id.toString();
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
