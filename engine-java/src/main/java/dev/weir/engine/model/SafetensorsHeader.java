package dev.weir.engine.model;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/**
 * Reads the header of one safetensors file: eight bytes of length, then a JSON object that maps each tensor to its type, shape and place.
 * The text is streamed and every claim in it is checked against the file, since native code will map exactly what is returned here. As
 * the format demands, the tensors cover the data part without overlap and without a hole.
 */
final class SafetensorsHeader {

    /** The format's own limit. */
    static final long HEADER_BYTES_MAX = 100_000_000;

    static final int TENSOR_COUNT_MAX = 100_000;
    /** What the native engine's tensor descriptor holds. */
    static final int RANK_MAX = 4;

    private static final int LENGTH_BYTES = Long.BYTES;
    private static final String METADATA = "__metadata__";

    private final Path file;
    private final int fileIndex;
    private final List<TensorInfo> tensors = new ArrayList<>();
    private long dataOffsetBytes;
    private long dataBytes;

    private SafetensorsHeader(Path file, int fileIndex) {
        this.file = file;
        this.fileIndex = fileIndex;
    }

    /** The tensors in the order of their bytes. */
    static List<TensorInfo> read(Path file, int fileIndex) {
        JsonFile.requireReadable(file, Long.MAX_VALUE);
        try (FileChannel channel = FileChannel.open(file)) {
            return new SafetensorsHeader(file, fileIndex).read(channel);
        } catch (JacksonException e) {
            throw JsonFile.malformed(file, e);
        } catch (IOException e) {
            throw JsonFile.unreadable(file, e);
        }
    }

    private List<TensorInfo> read(FileChannel channel) throws IOException {
        long fileBytes = channel.size();
        long headerBytes = headerLength(channel, fileBytes);
        dataOffsetBytes = LENGTH_BYTES + headerBytes;
        dataBytes = fileBytes - dataOffsetBytes;
        channel.position(LENGTH_BYTES);
        try (Reader text = JsonFile.strictUtf8(new Bounded(Channels.newInputStream(channel), headerBytes));
                JsonParser json = JsonFile.FACTORY.createParser(ObjectReadContext.empty(), text)) {
            expect(json.nextToken(), JsonToken.START_OBJECT, "the header must be a JSON object");
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = json.currentName();
                json.nextToken();
                if (name.equals(METADATA)) {
                    json.skipChildren();
                } else {
                    tensors.add(tensor(name, json));
                }
                if (tensors.size() > TENSOR_COUNT_MAX) {
                    throw refused("has more than " + TENSOR_COUNT_MAX + " tensors; no supported model has so many");
                }
            }
            if (json.nextToken() != null) {
                throw refused("has text after the header's JSON object; fetch the file again");
            }
        }
        requireGapless();
        return List.copyOf(tensors);
    }

    private long headerLength(FileChannel channel, long fileBytes) throws IOException {
        ByteBuffer length = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (length.hasRemaining() && channel.read(length) >= 0) {
            // a channel may return fewer bytes than asked for
        }
        if (length.hasRemaining()) {
            throw refused("has only " + fileBytes + " bytes and is no safetensors file; fetch it again");
        }
        long headerBytes = length.getLong(0);
        if (headerBytes < 2 || headerBytes > HEADER_BYTES_MAX) {
            throw refused("gives its header a length of " + Long.toUnsignedString(headerBytes) + " bytes, outside [2, "
                    + HEADER_BYTES_MAX + "]; it is no safetensors file or damaged");
        }
        if (headerBytes > fileBytes - LENGTH_BYTES) {
            throw refused("is truncated: its header of " + headerBytes + " bytes does not fit into " + fileBytes
                    + " bytes; fetch it again");
        }
        return headerBytes;
    }

    private TensorInfo tensor(String name, JsonParser json) {
        expect(json.currentToken(), JsonToken.START_OBJECT, "tensor " + name + " must be described by an object");
        @Nullable DType dtype = null;
        @Nullable List<Long> shape = null;
        @Nullable List<Long> offsets = null;
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "dtype" -> dtype = dtype(name, json);
                case "shape" -> shape = longs(name, field, json, RANK_MAX);
                case "data_offsets" -> offsets = longs(name, field, json, 2);
                default -> json.skipChildren();
            }
        }
        if (dtype == null || shape == null || offsets == null) {
            throw refused("tensor " + name + " lacks one of dtype, shape, data_offsets; fetch the file again");
        }
        return placed(name, dtype, shape, offsets);
    }

    private TensorInfo placed(String name, DType dtype, List<Long> shape, List<Long> offsets) {
        if (shape.isEmpty() || offsets.size() != 2) {
            throw refused("tensor " + name + " must have 1 to " + RANK_MAX + " dimensions and two data_offsets");
        }
        long begin = offsets.getFirst();
        long end = offsets.getLast();
        if (begin > end || end > dataBytes) {
            throw refused("tensor " + name + " claims bytes " + begin + " to " + end + " of " + dataBytes
                    + "; the file is truncated or damaged, fetch it again");
        }
        long sizeBytes = dtype.blockBytes(); // its types are not quantized: a block is one element
        try {
            for (long dimension : shape) {
                sizeBytes = Math.multiplyExact(sizeBytes, dimension);
            }
        } catch (ArithmeticException e) {
            throw new ModelFormatException(file, "tensor " + name + " has an impossible shape " + shape, e);
        }
        if (sizeBytes != end - begin) {
            throw refused("tensor " + name + " of shape " + shape + " in " + dtype + " needs " + sizeBytes
                    + " bytes but has " + (end - begin) + "; the file is damaged, fetch it again");
        }
        return new TensorInfo(name, fileIndex, dtype, shape, dataOffsetBytes + begin, sizeBytes);
    }

    private DType dtype(String name, JsonParser json) {
        expect(json.currentToken(), JsonToken.VALUE_STRING, "tensor " + name + ": dtype must be a string");
        String spelling = json.getString();
        return DType.ofSafetensorsName(spelling)
                .orElseThrow(() -> refused("tensor " + name + " has dtype " + spelling
                        + ", which is not served; export the model in F32, F16 or BF16"));
    }

    private List<Long> longs(String name, String field, JsonParser json, int countMax) {
        String rule = "tensor " + name + ": " + field + " must be a list of at most " + countMax
                + " integers from 0 to 2^63-1";
        expect(json.currentToken(), JsonToken.START_ARRAY, rule);
        List<Long> values = new ArrayList<>(countMax);
        while (json.nextToken() != JsonToken.END_ARRAY) {
            expect(json.currentToken(), JsonToken.VALUE_NUMBER_INT, rule);
            boolean fits = json.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
            if (!fits || json.getLongValue() < 0 || values.size() == countMax) {
                throw refused(rule);
            }
            values.add(json.getLongValue());
        }
        return values;
    }

    private void requireGapless() {
        tensors.sort(Comparator.comparingLong(TensorInfo::offsetBytes).thenComparingLong(TensorInfo::sizeBytes));
        long expected = dataOffsetBytes;
        for (TensorInfo tensor : tensors) {
            if (tensor.offsetBytes() != expected) {
                throw refused("tensor " + tensor.name() + " begins at byte " + tensor.offsetBytes()
                        + (tensor.offsetBytes() < expected ? " inside the tensor before it" : " after a hole")
                        + ", expected " + expected + "; the file is damaged, fetch it again");
            }
            expected += tensor.sizeBytes();
        }
        if (expected != dataOffsetBytes + dataBytes) {
            throw refused("has " + (dataOffsetBytes + dataBytes - expected)
                    + " bytes after its last tensor; the file is damaged, fetch it again");
        }
    }

    private void expect(@Nullable JsonToken actual, JsonToken expected, String rule) {
        if (actual != expected) {
            throw refused(rule + "; fetch the file again");
        }
    }

    private ModelFormatException refused(String problem) {
        return new ModelFormatException(file, problem);
    }

    /** The first bytes of a stream and no more, so that a parser's read-ahead never touches the weights. */
    private static final class Bounded extends InputStream {

        private final InputStream source;
        private long remainingBytes;

        Bounded(InputStream source, long limitBytes) {
            this.source = source;
            this.remainingBytes = limitBytes;
        }

        @Override
        public int read() throws IOException {
            byte[] single = new byte[1];
            return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (remainingBytes == 0) {
                return -1;
            }
            int count = source.read(target, offset, (int) Math.min(length, remainingBytes));
            if (count < 0) {
                throw new EOFException("the file became shorter while it was read");
            }
            remainingBytes -= count;
            return count;
        }
    }
}
