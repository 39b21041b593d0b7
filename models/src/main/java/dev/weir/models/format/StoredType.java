package dev.weir.models.format;

import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Optional;

/** How numbers lie in a file. Quantized types are blocks of 32 along a row, each with a scale in F16, as GGUF lays them out. */
public enum StoredType {
    F32(0, 0, 1, Float.BYTES, true) {
        @Override
        public void encode(float[] row, int count, ByteBuffer out) {
            for (int i = 0; i < count; i++) {
                out.putFloat(row[i]);
            }
        }
    },
    F16(1, 1, 1, Short.BYTES, true) {
        @Override
        public void encode(float[] row, int count, ByteBuffer out) {
            for (int i = 0; i < count; i++) {
                out.putShort(Float.floatToFloat16(row[i]));
            }
        }
    },
    BF16(30, 32, 1, Short.BYTES, true) {
        @Override
        public void encode(float[] row, int count, ByteBuffer out) {
            for (int i = 0; i < count; i++) {
                out.putShort(SafetensorsWriter.toBf16(row[i]));
            }
        }
    },
    /** Bytes times a scale that takes the largest to 127. */
    Q8_0(8, 7, StoredType.BLOCK, Short.BYTES + StoredType.BLOCK, false) {
        @Override
        public void encode(float[] row, int count, ByteBuffer out) {
            for (int from = 0; from < count; from += BLOCK) {
                float scale = Math.abs(row[indexOfLargest(row, from)]) / Byte.MAX_VALUE;
                float inverse = scale == 0 ? 0 : 1 / scale;
                out.putShort(Float.floatToFloat16(scale));
                for (int i = from; i < from + BLOCK; i++) {
                    out.put((byte) Math.round(row[i] * inverse));
                }
            }
        }
    },
    /** Nibbles less 8, times a scale that takes the number of the largest magnitude to -8; the block's second half is in the high nibbles. */
    Q4_0(2, 2, StoredType.BLOCK, Short.BYTES + StoredType.BLOCK / 2, false) {
        @Override
        public void encode(float[] row, int count, ByteBuffer out) {
            for (int from = 0; from < count; from += BLOCK) {
                float scale = row[indexOfLargest(row, from)] / -8;
                float inverse = scale == 0 ? 0 : 1 / scale;
                out.putShort(Float.floatToFloat16(scale));
                for (int i = from; i < from + BLOCK / 2; i++) {
                    out.put((byte) (nibble(row[i] * inverse) | nibble(row[i + BLOCK / 2] * inverse) << 4));
                }
            }
        }

        private static int nibble(float value) {
            return Math.min(15, (int) (value + 8.5f));
        }
    };

    private static final int BLOCK = 32;

    private final int ggufNumber;
    private final int ggufFileType;
    private final int blockValues;
    private final int blockBytes;
    private final boolean inSafetensors;

    StoredType(int ggufNumber, int ggufFileType, int blockValues, int blockBytes, boolean inSafetensors) {
        this.ggufNumber = ggufNumber;
        this.ggufFileType = ggufFileType;
        this.blockValues = blockValues;
        this.blockBytes = blockBytes;
        this.inSafetensors = inSafetensors;
    }

    /** Appends so many numbers from the row's beginning; of whole blocks only. */
    public abstract void encode(float[] row, int count, ByteBuffer out);

    /** What so many numbers of one row take. */
    public long bytesOf(int count) {
        if (count % blockValues != 0) {
            throw new IllegalArgumentException(
                    "rows of " + count + " numbers cannot be held as " + this + ", whose blocks have " + blockValues);
        }
        return (long) count / blockValues * blockBytes;
    }

    /** As the option spells it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The type's name in safetensors, which has none for blocks. */
    Optional<String> safetensorsName() {
        return inSafetensors ? Optional.of(name()) : Optional.empty();
    }

    /** Whether a Hugging Face directory can hold it. */
    public boolean inSafetensors() {
        return inSafetensors;
    }

    int ggufNumber() {
        return ggufNumber;
    }

    /** What GGUF calls a file that is mostly of this type. */
    public int ggufFileType() {
        return ggufFileType;
    }

    private static int indexOfLargest(float[] row, int from) {
        int largest = from;
        for (int i = from + 1; i < from + BLOCK; i++) {
            if (Math.abs(row[i]) > Math.abs(row[largest])) {
                largest = i;
            }
        }
        return largest;
    }
}
