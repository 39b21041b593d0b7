package dev.weir.models.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes FP32 tensors as BF16 safetensors: the header, then tensors without gaps. */
public final class SafetensorsWriter {
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
        SafetensorsHeader header = new SafetensorsHeader();
        long sizeBytes = 0;
        for (Tensor tensor : tensors) {
            long tensorBytes = (long) tensor.values().length * BF16_BYTES;
            header.tensor(tensor.name(), StoredType.BF16, tensor.shape(), tensorBytes);
            sizeBytes += tensorBytes;
        }
        byte[] before = header.bytes();
        ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(before.length + sizeBytes))
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(before);
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
