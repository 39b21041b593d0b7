package dev.weir.engine.model.gguf;

import dev.weir.engine.model.DType;
import java.nio.ByteBuffer;

/**
 * The quantized types, written plainly from their definitions: a block is some numbers of a row, in groups with a scale each. The
 * scales here are the simplest that cover a group's numbers; what matters is which bit means what.
 */
final class Blocks {

    private static final int SUPER = 256;
    private static final int GROUP = 32;
    private static final int SIX_BITS_MAX = 63;

    private Blocks() {}

    /** One block of numbers from {@code at} on. */
    static void put(DType type, float[] values, int at, ByteBuffer to) {
        switch (type) {
            case Q8_0 -> putQ8(values, at, to);
            case Q4_0 -> putCentred(values, at, 8, to);
            case Q5_0 -> putCentred(values, at, 16, to);
            case Q4_1 -> putFromLeast(values, at, 15, to);
            case Q5_1 -> putFromLeast(values, at, 31, to);
            case Q4_K -> putNested(values, at, 15, to);
            case Q5_K -> putNested(values, at, 31, to);
            case Q6_K -> putQ6(values, at, to);
            case F32, F16, BF16 -> throw new AssertionError(type + " has no blocks");
        }
    }

    /** The numbers that the next block stands for. */
    static void get(DType type, ByteBuffer from, float[] values, int at) {
        switch (type) {
            case Q8_0 -> {
                float scale = half(from);
                for (int i = 0; i < GROUP; i++) {
                    values[at + i] = scale * from.get();
                }
            }
            case Q4_0, Q5_0 -> {
                float scale = half(from);
                int[] q = bits(from, type == DType.Q5_0);
                for (int i = 0; i < GROUP; i++) {
                    values[at + i] = scale * (q[i] - (type == DType.Q5_0 ? 16 : 8));
                }
            }
            case Q4_1, Q5_1 -> {
                float scale = half(from);
                float least = half(from);
                int[] q = bits(from, type == DType.Q5_1);
                for (int i = 0; i < GROUP; i++) {
                    values[at + i] = scale * q[i] + least;
                }
            }
            case Q4_K, Q5_K -> getNested(from, type == DType.Q5_K, values, at);
            case Q6_K -> getQ6(from, values, at);
            case F32, F16, BF16 -> throw new AssertionError(type + " has no blocks");
        }
    }

    /** A scale, then signed bytes. */
    private static void putQ8(float[] values, int at, ByteBuffer to) {
        float scale = putHalf(Math.abs(extreme(values, at, GROUP)) / 127, to);
        for (int i = 0; i < GROUP; i++) {
            to.put((byte) quotient(values[at + i], scale, -127, 127));
        }
    }

    /** A scale, then numbers that mean {@code zero} less; the number that is furthest from 0 is met exactly, whatever its sign. */
    private static void putCentred(float[] values, int at, int zero, ByteBuffer to) {
        float scale = putHalf(extreme(values, at, GROUP) / -zero, to);
        int[] q = new int[GROUP];
        for (int i = 0; i < GROUP; i++) {
            q[i] = quotient(values[at + i], scale, -zero, zero - 1) + zero;
        }
        putBits(q, zero == 16, to);
    }

    /** A scale and the least number, then steps from it. */
    private static void putFromLeast(float[] values, int at, int stepsMax, ByteBuffer to) {
        float least = values[at];
        float most = values[at];
        for (int i = 1; i < GROUP; i++) {
            least = Math.min(least, values[at + i]);
            most = Math.max(most, values[at + i]);
        }
        float scale = putHalf((most - least) / stepsMax, to);
        float stored = putHalf(least, to);
        int[] q = new int[GROUP];
        for (int i = 0; i < GROUP; i++) {
            q[i] = quotient(values[at + i] - stored, scale, 0, stepsMax);
        }
        putBits(q, stepsMax > 15, to);
    }

    /** Where there is a fifth bit, four bytes of them, element i's as bit i; then element i and i + 16 as the halves of byte i. */
    private static void putBits(int[] q, boolean fifth, ByteBuffer to) {
        if (fifth) {
            int high = 0;
            for (int i = 0; i < GROUP; i++) {
                high |= (q[i] >> 4) << i;
            }
            to.putInt(high);
        }
        for (int i = 0; i < GROUP / 2; i++) {
            to.put((byte) ((q[i] & 15) | (q[i + GROUP / 2] & 15) << 4));
        }
    }

    private static int[] bits(ByteBuffer from, boolean fifth) {
        int high = fifth ? from.getInt() : 0;
        int[] q = new int[GROUP];
        for (int i = 0; i < GROUP / 2; i++) {
            int both = from.get();
            q[i] = (both & 15) | (high >>> i & 1) << 4;
            q[i + GROUP / 2] = (both >> 4 & 15) | (high >>> (i + GROUP / 2) & 1) << 4;
        }
        return q;
    }

    /**
     * Eight groups with a scale and an offset of six bits each, all times one of two factors, which come first. Then the twelve bytes
     * of scales and offsets, for five bits 32 bytes with bit g for group g, and 32 bytes for each two groups.
     */
    private static void putNested(float[] values, int at, int stepsMax, ByteBuffer to) {
        float[] scales = new float[8];
        float[] offsets = new float[8];
        for (int g = 0; g < 8; g++) {
            float least = 0;
            float most = 0;
            for (int i = 0; i < GROUP; i++) {
                least = Math.min(least, values[at + g * GROUP + i]);
                most = Math.max(most, values[at + g * GROUP + i]);
            }
            scales[g] = (most - least) / stepsMax;
            offsets[g] = -least;
        }
        float scaleFactor = putHalf(extreme(scales, 0, 8) / SIX_BITS_MAX, to);
        float offsetFactor = putHalf(extreme(offsets, 0, 8) / SIX_BITS_MAX, to);
        int[] six = new int[16];
        int[] q = new int[SUPER];
        for (int g = 0; g < 8; g++) {
            six[g] = quotient(scales[g], scaleFactor, 0, SIX_BITS_MAX);
            six[g + 8] = quotient(offsets[g], offsetFactor, 0, SIX_BITS_MAX);
            for (int i = 0; i < GROUP; i++) {
                float above = values[at + g * GROUP + i] + offsetFactor * six[g + 8];
                q[g * GROUP + i] = quotient(above, scaleFactor * six[g], 0, stepsMax);
            }
        }
        putSixBits(six, to);
        for (int i = 0; stepsMax > 15 && i < GROUP; i++) {
            int high = 0;
            for (int g = 0; g < 8; g++) {
                high |= (q[g * GROUP + i] >> 4) << g;
            }
            to.put((byte) high);
        }
        for (int pair = 0; pair < 4; pair++) {
            for (int i = 0; i < GROUP; i++) {
                int first = pair * 2 * GROUP + i;
                to.put((byte) ((q[first] & 15) | (q[first + GROUP] & 15) << 4));
            }
        }
    }

    private static void getNested(ByteBuffer from, boolean fifth, float[] values, int at) {
        float scaleFactor = half(from);
        float offsetFactor = half(from);
        int[] six = sixBits(from);
        byte[] high = new byte[GROUP];
        if (fifth) {
            from.get(high);
        }
        for (int pair = 0; pair < 4; pair++) {
            for (int i = 0; i < GROUP; i++) {
                int both = from.get();
                for (int half = 0; half < 2; half++) {
                    int g = 2 * pair + half;
                    int q = (both >> (4 * half) & 15) | (high[i] >> g & 1) << 4;
                    values[at + g * GROUP + i] = scaleFactor * six[g] * q - offsetFactor * six[g + 8];
                }
            }
        }
    }

    /** Groups 0 to 3 have bytes of their own: 0 to 3 for scales, 4 to 7 for offsets. Their upper bits complete the nibbles of the others. */
    private static void putSixBits(int[] six, ByteBuffer to) {
        for (int i = 0; i < 8; i++) {
            int later = i < 4 ? six[i + 4] : six[i + 8];
            int own = i < 4 ? six[i] : six[i + 4];
            to.put((byte) (own | (later >> 4) << 6));
        }
        for (int g = 4; g < 8; g++) {
            to.put((byte) ((six[g] & 15) | (six[g + 8] & 15) << 4));
        }
    }

    private static int[] sixBits(ByteBuffer from) {
        byte[] bytes = new byte[12];
        from.get(bytes);
        int[] six = new int[16];
        for (int g = 0; g < 4; g++) {
            six[g] = bytes[g] & 63;
            six[g + 8] = bytes[g + 4] & 63;
            six[g + 4] = (bytes[g + 8] & 15) | (bytes[g] >> 6 & 3) << 4;
            six[g + 12] = (bytes[g + 8] >> 4 & 15) | (bytes[g + 4] >> 6 & 3) << 4;
        }
        return six;
    }

    /** Sixteen groups of 16 with a signed byte as scale, all times one factor, which comes last. */
    private static void putQ6(float[] values, int at, ByteBuffer to) {
        float[] scales = new float[16];
        for (int g = 0; g < 16; g++) {
            scales[g] = extreme(values, at + 16 * g, 16) / -32;
        }
        ByteBuffer factorBytes = ByteBuffer.allocate(Short.BYTES);
        float factor = putHalf(Math.abs(extreme(scales, 0, 16)) / 127, factorBytes);
        byte[] low = new byte[128];
        byte[] high = new byte[64];
        byte[] stored = new byte[16];
        for (int i = 0; i < SUPER; i++) {
            int g = i / 16;
            stored[g] = (byte) quotient(scales[g], factor, -127, 127);
            int q = quotient(values[at + i], factor * stored[g], -32, 31) + 32;
            low[lowByte(i)] |= (byte) ((q & 15) << lowShift(i));
            high[highByte(i)] |= (byte) ((q >> 4) << highShift(i));
        }
        to.put(low).put(high).put(stored);
        to.putShort(factorBytes.getShort(0));
    }

    private static void getQ6(ByteBuffer from, float[] values, int at) {
        byte[] low = new byte[128];
        byte[] high = new byte[64];
        byte[] scales = new byte[16];
        from.get(low).get(high).get(scales);
        float factor = half(from);
        for (int i = 0; i < SUPER; i++) {
            int q = (low[lowByte(i)] >> lowShift(i) & 15) | (high[highByte(i)] >> highShift(i) & 3) << 4;
            values[at + i] = factor * scales[i / 16] * (q - 32);
        }
    }

    /** Each half of 128 has 64 bytes of nibbles: elements 0 to 63 in their lower halves, 64 to 127 in their upper ones. */
    private static int lowByte(int i) {
        return i / 128 * 64 + i % 64;
    }

    private static int lowShift(int i) {
        return i % 128 / 64 * 4;
    }

    /** And 32 bytes of upper bits: two for each of the elements that are 32 apart. */
    private static int highByte(int i) {
        return i / 128 * 32 + i % 32;
    }

    private static int highShift(int i) {
        return i % 128 / 32 * 2;
    }

    private static int quotient(float value, float unit, int min, int max) {
        return unit == 0 ? Math.clamp(0, min, max) : Math.clamp(Math.round(value / unit), min, max);
    }

    private static float half(ByteBuffer from) {
        return Float.float16ToFloat(from.getShort());
    }

    /** What was stored, rounded as it is. */
    private static float putHalf(float value, ByteBuffer to) {
        short bits = Float.floatToFloat16(value);
        to.putShort(bits);
        return Float.float16ToFloat(bits);
    }

    /** The number that is furthest from 0. */
    private static float extreme(float[] values, int at, int count) {
        float extreme = 0;
        for (int i = at; i < at + count; i++) {
            extreme = Math.abs(values[i]) > Math.abs(extreme) ? values[i] : extreme;
        }
        return extreme;
    }
}
