package dev.weir.engine.model.gguf;

import dev.weir.engine.model.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Numbers as tensors store them, by the definition of each type. */
final class Stored {

    private Stored() {}

    static byte[] bytes(float[] values, DType type) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length / type.blockElements() * type.blockBytes())
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < values.length; at += type.blockElements()) {
            switch (type) {
                case F32 -> bytes.putFloat(values[at]);
                case F16 -> bytes.putShort(Float.floatToFloat16(values[at]));
                case BF16 -> bytes.putShort(bfloat16(values[at]));
                case Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K -> Blocks.put(type, values, at, bytes);
            }
        }
        return bytes.array();
    }

    static float[] values(byte[] stored, DType type) {
        ByteBuffer bytes = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[stored.length / type.blockBytes() * type.blockElements()];
        for (int at = 0; at < values.length; at += type.blockElements()) {
            switch (type) {
                case F32 -> values[at] = bytes.getFloat();
                case F16 -> values[at] = Float.float16ToFloat(bytes.getShort());
                case BF16 -> values[at] = Float.intBitsToFloat(bytes.getShort() << 16);
                case Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K -> Blocks.get(type, bytes, values, at);
            }
        }
        return values;
    }

    /** Rounds to nearest, ties to even. */
    private static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
    }
}
