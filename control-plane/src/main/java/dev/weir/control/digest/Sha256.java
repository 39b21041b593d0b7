package dev.weir.control.digest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * SHA-256 of what is added, one piece behind the other: where pieces end is not told, so whoever adds several tells it.
 *
 * <p>Thread-safety: for one thread.
 */
public final class Sha256 {
    /** Looked up among the platform's providers once, and copied: each request takes several. */
    private static final MessageDigest EMPTY = empty();

    private final MessageDigest digest;

    public Sha256() {
        try {
            this.digest = (MessageDigest) EMPTY.clone();
        } catch (CloneNotSupportedException impossible) {
            throw new AssertionError("the platform's SHA-256 can be copied", impossible);
        }
    }

    private static MessageDigest empty() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every Java platform has SHA-256", impossible);
        }
    }

    /** Of a text alone, in hexadecimal digits. */
    public static String hexOf(String text) {
        return new Sha256().add(text).hex();
    }

    /** A text's UTF-8. */
    public Sha256 add(String text) {
        return add(text.getBytes(UTF_8));
    }

    public Sha256 add(byte... bytes) {
        digest.update(bytes);
        return this;
    }

    /** What is left of it, which is read. */
    public Sha256 add(ByteBuffer bytes) {
        digest.update(bytes);
        return this;
    }

    /** All that is left of it. */
    public Sha256 add(InputStream content) throws IOException {
        content.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
        return this;
    }

    /** Begins anew. */
    public byte[] bytes() {
        return digest.digest();
    }

    /** In hexadecimal digits; begins anew. */
    public String hex() {
        return HexFormat.of().formatHex(bytes());
    }
}
