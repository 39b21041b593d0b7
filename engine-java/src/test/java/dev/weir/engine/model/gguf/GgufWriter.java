package dev.weir.engine.model.gguf;

import dev.weir.engine.model.DType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes GGUF files from the format's description, knowing nothing of the reader but its numbers of types. */
public final class GgufWriter {

    private final Map<String, Object> metadata = new LinkedHashMap<>();
    private final List<Tensor> tensors = new ArrayList<>();
    private int version = 3;
    private int alignmentBytes = 32;

    /** Dimensions in the file's order: the length of a row first. */
    @SuppressWarnings("ArrayRecordComponent") // written and not compared
    private record Tensor(String name, int type, List<Long> dimensions, byte[] bytes) {}

    public GgufWriter version(int newVersion) {
        version = newVersion;
        return this;
    }

    public GgufWriter alignmentBytes(int newAlignmentBytes) {
        alignmentBytes = newAlignmentBytes;
        return put("general.alignment", newAlignmentBytes);
    }

    /** An Integer is written as u32, a Float as f32, a Boolean, a String, or a list of one of them. */
    public GgufWriter put(String key, Object value) {
        metadata.put(key, value);
        return this;
    }

    public GgufWriter remove(String key) {
        metadata.remove(key);
        return this;
    }

    /** A tensor whose shape is row-major; {@code type} is GGUF's number. */
    public GgufWriter tensor(String name, int type, List<Long> shape, byte[] bytes) {
        tensors.add(new Tensor(name, type, shape.reversed(), bytes));
        return this;
    }

    /** A vector of F32. */
    GgufWriter tensor(String name, float[] values) {
        return tensor(
                name, GgufTensorType.F32.number(), List.of((long) values.length), Stored.bytes(values, DType.F32));
    }

    /** Takes tensors away, for another file. */
    GgufWriter moveLastTensorsTo(GgufWriter other, int count) {
        List<Tensor> last = tensors.subList(tensors.size() - count, tensors.size());
        other.tensors.addAll(last);
        last.clear();
        return this;
    }

    public Path write(Path file) {
        try {
            return Files.write(file, bytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    byte[] bytes() {
        Out out = new Out();
        out.bytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        out.int32(version);
        out.int64(tensors.size());
        out.int64(metadata.size());
        metadata.forEach((key, value) -> {
            out.string(key);
            out.int32(type(value));
            out.value(value);
        });
        long offset = 0;
        for (Tensor tensor : tensors) {
            out.string(tensor.name());
            out.int32(tensor.dimensions().size());
            tensor.dimensions().forEach(out::int64);
            out.int32(tensor.type());
            out.int64(offset);
            offset += tensor.bytes().length + padding(tensor.bytes().length);
        }
        for (Tensor tensor : tensors) {
            out.bytes(new byte[padding(out.size())]);
            out.bytes(tensor.bytes());
        }
        return out.bytes();
    }

    private int padding(int size) {
        return Math.floorMod(-size, alignmentBytes);
    }

    private static int type(Object value) {
        return switch (value) {
            case Integer _ -> 4;
            case Float _ -> 6;
            case Boolean _ -> 7;
            case String _ -> 8;
            case List<?> _ -> 9;
            default -> throw new AssertionError("no type for " + value.getClass());
        };
    }

    private static final class Out {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        int size() {
            return bytes.size();
        }

        byte[] bytes() {
            return bytes.toByteArray();
        }

        void bytes(byte[] more) {
            bytes.writeBytes(more);
        }

        void int32(int value) {
            bytes(ByteBuffer.allocate(Integer.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(value)
                    .array());
        }

        void int64(long value) {
            bytes(ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(value)
                    .array());
        }

        void string(String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            int64(utf8.length);
            bytes(utf8);
        }

        void value(Object value) {
            switch (value) {
                case Integer integer -> int32(integer);
                case Float number -> int32(Float.floatToRawIntBits(number));
                case Boolean flag -> bytes(new byte[] {(byte) (flag ? 1 : 0)});
                case String text -> string(text);
                case List<?> list -> {
                    int32(list.isEmpty() ? 4 : type(list.getFirst()));
                    int64(list.size());
                    list.forEach(this::value);
                }
                default -> throw new AssertionError("no type for " + value.getClass());
            }
        }
    }
}
