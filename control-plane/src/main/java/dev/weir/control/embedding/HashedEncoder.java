package dev.weir.control.embedding;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Adds up the vectors of a text's features and brings the sum to length 1. A feature's vector is bytes times a scale, so the whole table
 * takes a megabyte; how much a feature matters is the length of its vector, which is learnt as well.
 *
 * <p>Thread-safety: immutable.
 */
public final class HashedEncoder implements SentenceEncoder {
    /** The file of an encoder in its directory. */
    public static final String FILE = "encoder.bin";

    /** "weirenc1" as a number. */
    private static final long MAGIC = 0x77656972656e6331L;

    private static final int SIDE_MAX = 1 << 20;
    private static final long BYTES_MAX = 64 << 20;

    private final int dimensionCount;
    private final float[] scales;
    private final byte[] rows;
    private final String fingerprint;

    private HashedEncoder(int dimensionCount, float[] scales, byte[] rows) {
        this.dimensionCount = dimensionCount;
        this.scales = scales;
        this.rows = rows;
        this.fingerprint = fingerprint(scales, rows);
    }

    private static String fingerprint(float[] scales, byte[] rows) {
        ByteBuffer all = ByteBuffer.allocate(scales.length * Float.BYTES + rows.length);
        for (float scale : scales) {
            all.putFloat(scale);
        }
        return Fingerprint.of(all.put(rows).array());
    }

    /** The encoder of learnt vectors, each rounded to bytes. */
    public static HashedEncoder of(float[][] vectors) {
        int dimensionCount = vectors[0].length;
        float[] scales = new float[vectors.length];
        byte[] rows = new byte[vectors.length * dimensionCount];
        for (int row = 0; row < vectors.length; row++) {
            float largest = 0;
            for (float value : vectors[row]) {
                largest = Math.max(largest, Math.abs(value));
            }
            scales[row] = largest / Byte.MAX_VALUE;
            for (int d = 0; d < dimensionCount; d++) {
                rows[row * dimensionCount + d] = (byte) (largest == 0 ? 0 : Math.round(vectors[row][d] / scales[row]));
            }
        }
        return new HashedEncoder(dimensionCount, scales, rows);
    }

    /**
     * The encoder in a directory.
     *
     * @throws IOException where there is none, or what is there is none
     */
    public static HashedEncoder read(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        if (!Files.isReadable(file) || Files.size(file) > BYTES_MAX) {
            throw new IOException("there is no encoder at " + file + ": ./weir models train-encoder makes one");
        }
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file));
        try {
            boolean ours = in.getLong() == MAGIC;
            int bucketCount = in.getInt();
            int dimensionCount = in.getInt();
            if (!ours || bucketCount < 1 || bucketCount > SIDE_MAX || dimensionCount < 1 || dimensionCount > SIDE_MAX) {
                throw new IOException(file + " is no encoder");
            }
            long bytes = (long) bucketCount * (Float.BYTES + dimensionCount);
            if (in.remaining() != bytes) {
                throw new IOException(file + " has " + in.remaining() + " bytes of vectors and should have " + bytes);
            }
            float[] scales = new float[bucketCount];
            in.asFloatBuffer().get(scales);
            in.position(in.position() + bucketCount * Float.BYTES);
            byte[] rows = new byte[bucketCount * dimensionCount];
            in.get(rows);
            return new HashedEncoder(dimensionCount, scales, rows);
        } catch (BufferUnderflowException _) {
            throw new IOException(file + " is no encoder: it is too short");
        }
    }

    public void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        try (DataOutputStream out =
                new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(directory.resolve(FILE))))) {
            out.writeLong(MAGIC);
            out.writeInt(scales.length);
            out.writeInt(dimensionCount);
            for (float scale : scales) {
                out.writeFloat(scale);
            }
            out.write(rows);
        }
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public float[] encode(String text) {
        float[] sum = new float[dimensionCount];
        for (int bucket : TextFeatures.of(text, scales.length)) {
            float scale = scales[bucket];
            int from = bucket * dimensionCount;
            for (int d = 0; d < dimensionCount; d++) {
                sum[d] += scale * rows[from + d];
            }
        }
        float squares = 0;
        for (float value : sum) {
            squares += value * value;
        }
        float length = (float) Math.sqrt(squares);
        if (length == 0) {
            Arrays.fill(sum, 0);
            sum[0] = 1; // of nothing at all: as good as any other direction
            return sum;
        }
        for (int d = 0; d < dimensionCount; d++) {
            sum[d] /= length;
        }
        return sum;
    }
}
