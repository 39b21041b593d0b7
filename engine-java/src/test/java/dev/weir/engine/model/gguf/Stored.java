package dev.weir.engine.model.gguf;

import dev.weir.engine.model.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Numbers as tensors store them, by the definition of each type. */
final class Stored {

    private static final int BLOCK = 32;

    private Stored() {}

    static byte[] bytes(float[] values, DType type) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length / type.blockElements() * type.blockBytes())
                .order(ByteOrder.LITTLE_ENDIAN);
        switch (type) {
            case F32 -> {
                for (float value : values) {
                    bytes.putFloat(value);
                }
            }
            case F16 -> {
                for (float value : values) {
                    bytes.putShort(Float.floatToFloat16(value));
                }
            }
            case BF16 -> {
                for (float value : values) {
                    bytes.putShort(bfloat16(value));
                }
            }
            case Q8_0 -> {
                for (int at = 0; at < values.length; at += BLOCK) {
                    putQ8(values, at, bytes);
                }
            }
            case Q4_0 -> {
                for (int at = 0; at < values.length; at += BLOCK) {
                    putQ4(values, at, bytes);
                }
            }
            default -> throw new AssertionError("nothing here makes " + type);
        }
        return bytes.array();
    }

    static float[] values(byte[] stored, DType type) {
        ByteBuffer bytes = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[stored.length / type.blockBytes() * type.blockElements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (type) {
                case F32 -> bytes.getFloat();
                case F16 -> Float.float16ToFloat(bytes.getShort());
                case BF16 -> Float.intBitsToFloat(bytes.getShort() << 16);
                default -> throw new AssertionError("no source is in " + type);
            };
        }
        return values;
    }

    /** Rounds to nearest, ties to even. */
    private static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
    }

    /** A scale, then 32 signed bytes. */
    private static void putQ8(float[] values, int at, ByteBuffer bytes) {
        float largest = Math.abs(extreme(values, at));
        float scale = largest / 127;
        bytes.putShort(Float.floatToFloat16(scale));
        for (int i = 0; i < BLOCK; i++) {
            bytes.put((byte) Math.round(scale == 0 ? 0 : values[at + i] / scale));
        }
    }

    /** A scale, then 32 numbers of 4 bits that mean 8 less: value i in the low half of byte i, value i + 16 in the high one. */
    private static void putQ4(float[] values, int at, ByteBuffer bytes) {
        float scale = extreme(values, at) / -8;
        bytes.putShort(Float.floatToFloat16(scale));
        for (int i = 0; i < BLOCK / 2; i++) {
            bytes.put((byte) (nibble(values[at + i], scale) | nibble(values[at + i + BLOCK / 2], scale) << 4));
        }
    }

    private static int nibble(float value, float scale) {
        return scale == 0 ? 8 : Math.clamp((long) Math.floor(value / scale + 8.5), 0, 15);
    }

    /** The value that is furthest from 0. */
    private static float extreme(float[] values, int at) {
        float extreme = 0;
        for (int i = at; i < at + BLOCK; i++) {
            extreme = Math.abs(values[i]) > Math.abs(extreme) ? values[i] : extreme;
        }
        return extreme;
    }
}
