package dev.weir.control.rollout.assignment;

import dev.weir.control.digest.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** How a unit becomes a position. A rollout keeps the version that it began with; a better hash is another version, beside the old ones. */
public enum HashVersion {
    /** The first 53 bits of SHA-256 over the parts, each behind its length in bytes (four, most significant first), as a fraction of 2^53. */
    SHA256_53;

    private static final int UNUSED_BITS = Long.SIZE - 53;

    /** A position in [0, 1): uniform, and unrelated to that under any other seed. */
    public double position(String seed, String... unit) {
        Sha256 digest = new Sha256();
        part(digest, seed);
        for (String piece : unit) {
            part(digest, piece);
        }
        return (ByteBuffer.wrap(digest.bytes()).getLong() >>> UNUSED_BITS) * 0x1p-53;
    }

    /** Behind its length, so that no two lists of parts read the same. */
    private static void part(Sha256 digest, String part) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        digest.add(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length)).add(bytes);
    }
}
