package dev.weir.control.onnx;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/** A message in Protocol Buffers' encoding, field by field. */
final class Message {
    private static final int VARINT = 0;
    private static final int FIXED_32 = 5;
    private static final int BYTES = 2;
    private static final int SEVEN_BITS = 0x7f;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Message put(int field, long value) {
        varint(((long) field << 3) | VARINT);
        varint(value);
        return this;
    }

    Message put(int field, float value) {
        varint(((long) field << 3) | FIXED_32);
        int bits = Float.floatToIntBits(value);
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            out.write(bits >> shift);
        }
        return this;
    }

    Message put(int field, byte[] bytes) {
        varint(((long) field << 3) | BYTES);
        varint(bytes.length);
        out.writeBytes(bytes);
        return this;
    }

    Message put(int field, String text) {
        return put(field, text.getBytes(UTF_8));
    }

    Message put(int field, Message message) {
        return put(field, message.bytes());
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~SEVEN_BITS) != 0) {
            out.write((int) (rest & SEVEN_BITS) | ~SEVEN_BITS);
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
