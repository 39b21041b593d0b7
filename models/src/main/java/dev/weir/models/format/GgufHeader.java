package dev.weir.models.format;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What stands before the numbers of a GGUF file: metadata, then where each tensor lies. */
public final class GgufHeader {
    /** Header and tensors are padded with zeros to a multiple of this. */
    public static final int ALIGNMENT_BYTES = 32;

    private static final int VERSION = 3;

    private final Map<String, Object> metadata = new LinkedHashMap<>();
    private final ByteArrayOutputStream tensors = new ByteArrayOutputStream();
    private int tensorCount;
    private long offset;

    /** An Integer is written as u32, a Float as f32, a Boolean, a String, or a list of one of them that is not empty. */
    public GgufHeader put(String key, Object value) {
        metadata.put(key, value);
        return this;
    }

    /** Tensors lie in the order in which they are named here. */
    public GgufHeader tensor(String name, StoredType type, List<Integer> shape, long sizeBytes) {
        string(tensors, name);
        int32(tensors, shape.size());
        shape.reversed().forEach(dimension -> int64(tensors, dimension));
        int32(tensors, type.ggufNumber());
        int64(tensors, offset);
        tensorCount++;
        offset += sizeBytes + padding(sizeBytes);
        return this;
    }

    /** Zeros that follow so many bytes. */
    public static int padding(long sizeBytes) {
        return Math.floorMod(-sizeBytes, ALIGNMENT_BYTES);
    }

    /** With the padding behind it. */
    public byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("GGUF".getBytes(US_ASCII));
        int32(out, VERSION);
        int64(out, tensorCount);
        int64(out, metadata.size());
        metadata.forEach((key, value) -> {
            string(out, key);
            int32(out, typeOf(value));
            value(out, value);
        });
        out.writeBytes(tensors.toByteArray());
        out.writeBytes(new byte[padding(out.size())]);
        return out.toByteArray();
    }

    private static int typeOf(Object value) {
        return switch (value) {
            case Integer _ -> 4;
            case Float _ -> 6;
            case Boolean _ -> 7;
            case String _ -> 8;
            case List<?> _ -> 9;
            default -> throw new IllegalArgumentException("GGUF metadata of type " + value.getClass());
        };
    }

    private static void value(ByteArrayOutputStream out, Object value) {
        switch (value) {
            case Integer number -> int32(out, number);
            case Float number -> int32(out, Float.floatToRawIntBits(number));
            case Boolean flag -> out.write(flag ? 1 : 0);
            case String text -> string(out, text);
            case List<?> list -> {
                int32(out, typeOf(list.getFirst()));
                int64(out, list.size());
                list.forEach(element -> value(out, element));
            }
            default -> throw new IllegalArgumentException("GGUF metadata of type " + value.getClass());
        }
    }

    private static void string(ByteArrayOutputStream out, String text) {
        byte[] utf8 = text.getBytes(UTF_8);
        int64(out, utf8.length);
        out.writeBytes(utf8);
    }

    private static void int32(ByteArrayOutputStream out, int value) {
        out.writeBytes(littleEndian(Integer.BYTES).putInt(value).array());
    }

    private static void int64(ByteArrayOutputStream out, long value) {
        out.writeBytes(littleEndian(Long.BYTES).putLong(value).array());
    }

    private static ByteBuffer littleEndian(int sizeBytes) {
        return ByteBuffer.allocate(sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
