package dev.weir.control.embedding;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** A short name for content, the same wherever the content is. */
public final class Fingerprint {
    private static final int BYTES = 8;

    private Fingerprint() {}

    static String of(byte[] content) {
        return shown(sha256().digest(content));
    }

    /** Of files, one behind the other, and what is said about them. */
    public static String of(List<Path> files, String more) throws IOException {
        MessageDigest digest = sha256();
        OutputStream into = new DigestOutputStream(OutputStream.nullOutputStream(), digest);
        for (Path file : files) {
            try (InputStream content = Files.newInputStream(file)) {
                content.transferTo(into);
            }
        }
        return shown(digest.digest(more.getBytes(UTF_8)));
    }

    private static String shown(byte[] digest) {
        return HexFormat.of().formatHex(digest, 0, BYTES);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException absent) {
            throw new IllegalStateException("every Java has SHA-256", absent);
        }
    }
}
