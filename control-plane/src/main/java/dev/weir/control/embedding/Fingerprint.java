package dev.weir.control.embedding;

import dev.weir.control.digest.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A short name for content, the same wherever the content is. */
public final class Fingerprint {
    private static final int CHARS = 16;

    private Fingerprint() {}

    static String of(byte[] content) {
        return shortened(new Sha256().add(content));
    }

    /** Of files, one behind the other, and what is said about them. */
    public static String of(List<Path> files, String more) throws IOException {
        Sha256 digest = new Sha256();
        for (Path file : files) {
            try (InputStream content = Files.newInputStream(file)) {
                digest.add(content);
            }
        }
        return shortened(digest.add(more));
    }

    private static String shortened(Sha256 digest) {
        return digest.hex().substring(0, CHARS);
    }
}
