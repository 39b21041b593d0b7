package dev.weir.models.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Writes FP32 tensors as BF16 safetensors: header length, JSON header padded with spaces to eight bytes, tensors without gaps. */
public final class SafetensorsWriter {
    private static final int HEADER_ALIGNMENT_BYTES = 8;
    private static final int BF16_BYTES = 2;

    /**
     * A tensor to be written.
     *
     * @param name as Hugging Face spells it
     * @param shape the product of which is the number of values
     */
    @SuppressWarnings("ArrayRecordComponent") // borrowed for the length of one write
    public record Tensor(String name, List<Integer> shape, float[] values) {
        public Tensor {
            shape = List.copyOf(shape);
            if (shape.stream().reduce(1, Math::multiplyExact) != values.length) {
                throw new IllegalArgumentException(
                        name + " of shape " + shape + " cannot hold " + values.length + " values");
            }
        }
    }

    private SafetensorsWriter() {}

    public static void write(Path file, List<Tensor> tensors) throws IOException {
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("__metadata__", Map.of("format", "pt"));
        long offset = 0;
        for (Tensor tensor : tensors) {
            long end = offset + (long) tensor.values().length * BF16_BYTES;
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("dtype", "BF16");
            entry.put("shape", tensor.shape());
            entry.put("data_offsets", List.of(offset, end));
            header.put(tensor.name(), entry);
            offset = end;
        }
        String json = JsonMapper.shared().writeValueAsString(header);
        int headerBytes = Math.ceilDiv(json.getBytes(StandardCharsets.UTF_8).length, HEADER_ALIGNMENT_BYTES)
                * HEADER_ALIGNMENT_BYTES;
        byte[] padded = (json + " ".repeat(headerBytes - json.getBytes(StandardCharsets.UTF_8).length))
                .getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(Long.BYTES + headerBytes + offset))
                .order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(headerBytes).put(padded);
        for (Tensor tensor : tensors) {
            for (float value : tensor.values()) {
                out.putShort(toBf16(value));
            }
        }
        Files.write(file, out.array());
    }

    /** The nearest BF16 value, ties to even. A weight that is not finite means training has failed, so it is refused. */
    static short toBf16(float value) {
        if (!Float.isFinite(value)) {
            throw new IllegalArgumentException("a weight is " + value + "; training diverged");
        }
        int bits = Float.floatToRawIntBits(value);
        int roundUp = 0x7FFF + ((bits >>> 16) & 1);
        return (short) ((bits + roundUp) >>> 16);
    }
}
