package dev.weir.engine.model.gguf;

import dev.weir.engine.model.DType;
import dev.weir.engine.model.ModelFormatException;
import dev.weir.engine.model.TensorInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads a header from its first byte to its last: counts, metadata, tensors, and then where their bytes begin. */
final class GgufHeader {

    static final int METADATA_COUNT_MAX = 1 << 16;
    /** Of all lists together: a vocabulary of a million has three lists of that size. */
    static final int ELEMENT_COUNT_MAX = 1 << 23;

    static final int TENSOR_COUNT_MAX = 100_000;
    /** What the native engine's tensor descriptor holds. */
    static final int RANK_MAX = 4;

    static final int ALIGNMENT_BYTES_DEFAULT = 32;
    static final int ALIGNMENT_BYTES_MAX = 1 << 20;

    private static final String ALIGNMENT_KEY = "general.alignment";

    private final Path file;
    private final int fileIndex;
    private final GgufInput input;
    private int elementsLeft = ELEMENT_COUNT_MAX;

    /** A tensor as it is written: its offset counts from where the data begins, which is known when all have been read. */
    private record Described(String name, DType dtype, List<Long> shape, long offsetBytes, long sizeBytes) {}

    GgufHeader(Path file, int fileIndex, GgufInput input) {
        this.file = file;
        this.fileIndex = fileIndex;
        this.input = input;
    }

    GgufFile read() throws IOException {
        if (input.remainingBytes() < Integer.BYTES || input.int32() != GgufFile.MAGIC) {
            throw refused("is no GGUF file; give one, or a directory in the Hugging Face layout");
        }
        requireVersion(input.int32());
        int tensorCount = count("tensors", TENSOR_COUNT_MAX);
        int metadataCount = count("metadata keys", METADATA_COUNT_MAX);
        GgufMetadata metadata = metadata(metadataCount);
        List<Described> described = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < tensorCount; i++) {
            Described tensor = tensor(i);
            if (!names.add(tensor.name())) {
                throw refused("holds tensor " + tensor.name() + " twice; convert the model again");
            }
            described.add(tensor);
        }
        return new GgufFile(file, metadata, placed(described, alignmentBytes(metadata)));
    }

    private void requireVersion(int version) {
        if (Integer.reverseBytes(version) == 2 || Integer.reverseBytes(version) == 3) {
            throw refused("is big-endian, which is not served; convert the model again without --bigendian");
        }
        if (version != 2 && version != 3) {
            throw refused("has GGUF version " + Integer.toUnsignedString(version)
                    + ", which is not supported; supported: 2, 3");
        }
    }

    private int count(String what, int max) throws IOException {
        long count = input.int64();
        if (count < 0 || count > max) {
            throw refused("claims " + Long.toUnsignedString(count) + " " + what + ", more than " + max
                    + "; the file is damaged, fetch it again");
        }
        return (int) count;
    }

    private GgufMetadata metadata(int count) throws IOException {
        Map<String, Object> values = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            String key = input.string("the name of metadata key " + i);
            Object value = value(key, input.int32());
            if (values.putIfAbsent(key, value) != null) {
                throw refused("holds metadata key " + key + " twice; convert the model again");
            }
        }
        return new GgufMetadata(file, values);
    }

    /** Type 9 is the list; every other is a {@link #scalar}. */
    private Object value(String key, int type) throws IOException {
        if (type != 9) {
            return scalar(key, type);
        }
        int elementType = input.int32();
        long count = input.int64();
        if (count < 0 || count > elementsLeft || count > input.remainingBytes()) {
            throw refused("metadata key " + key + " claims a list of " + Long.toUnsignedString(count)
                    + " elements, but the file has " + input.remainingBytes() + " bytes left, and " + ELEMENT_COUNT_MAX
                    + " elements in all are the limit; the file is damaged, fetch it again");
        }
        elementsLeft -= (int) count;
        List<Object> elements = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            elements.add(scalar(key, elementType));
        }
        return List.copyOf(elements);
    }

    private Object scalar(String key, int type) throws IOException {
        return switch (type) {
            case 0 -> (long) Byte.toUnsignedInt(input.int8());
            case 1 -> (long) input.int8();
            case 2 -> (long) Short.toUnsignedInt(input.int16());
            case 3 -> (long) input.int16();
            case 4 -> Integer.toUnsignedLong(input.int32());
            case 5 -> (long) input.int32();
            case 6 -> (double) input.float32();
            case 7 -> flag(key, input.int8());
            case 8 -> input.string("metadata key " + key);
            case 10 -> nonNegative(key, input.int64());
            case 11 -> input.int64();
            case 12 -> input.float64();
            default ->
                throw refused("metadata key " + key + " has a value of type " + Integer.toUnsignedString(type)
                        + ", which the format does not have there; the file is damaged, fetch it again");
        };
    }

    private boolean flag(String key, byte value) {
        if (value != 0 && value != 1) {
            throw refused("metadata key " + key + " must be true or false: byte " + value);
        }
        return value == 1;
    }

    private long nonNegative(String key, long value) {
        if (value < 0) {
            throw refused("metadata key " + key + " is too large: " + Long.toUnsignedString(value));
        }
        return value;
    }

    private Described tensor(int index) throws IOException {
        String name = input.string("the name of tensor " + index);
        int rank = input.int32();
        if (rank < 1 || rank > RANK_MAX) {
            throw refused("tensor " + name + " has " + Integer.toUnsignedString(rank) + " dimensions, outside [1, "
                    + RANK_MAX + "]; the file is damaged, fetch it again");
        }
        List<Long> shape = new ArrayList<>(rank);
        for (int i = 0; i < rank; i++) {
            shape.addFirst(input.int64());
        }
        int type = input.int32();
        DType dtype = GgufTensorType.of(type)
                .flatMap(GgufTensorType::dtype)
                .orElseThrow(() -> refused("tensor " + name + " is in " + GgufTensorType.nameOf(type)
                        + ", which is not served; take a file in " + GgufTensorType.supported()));
        return new Described(name, dtype, shape, input.int64(), sizeBytes(name, dtype, shape));
    }

    private long sizeBytes(String name, DType dtype, List<Long> shape) {
        if (shape.stream().anyMatch(dimension -> dimension < 1)) {
            throw refused(
                    "tensor " + name + " has an impossible shape " + shape + "; the file is damaged, fetch it again");
        }
        if (shape.getLast() % dtype.blockElements() != 0) {
            throw refused("tensor " + name + " in " + dtype + " has rows of " + shape.getLast()
                    + " elements, no multiple of " + dtype.blockElements() + "; the file is damaged, fetch it again");
        }
        try {
            long elements = 1;
            for (long dimension : shape) {
                elements = Math.multiplyExact(elements, dimension);
            }
            return Math.multiplyExact(elements / dtype.blockElements(), dtype.blockBytes());
        } catch (ArithmeticException e) {
            throw new ModelFormatException(file, "tensor " + name + " has an impossible shape " + shape, e);
        }
    }

    private int alignmentBytes(GgufMetadata metadata) {
        int alignment = metadata.integer(ALIGNMENT_KEY).orElse(ALIGNMENT_BYTES_DEFAULT);
        if (alignment < 1 || alignment > ALIGNMENT_BYTES_MAX || Integer.bitCount(alignment) != 1) {
            throw metadata.refused(
                    ALIGNMENT_KEY, "must be a power of two up to " + ALIGNMENT_BYTES_MAX + ": " + alignment);
        }
        return alignment;
    }

    /** Tensors must follow each other without overlap or hole, each from the next multiple of the alignment. */
    private List<TensorInfo> placed(List<Described> described, int alignmentBytes) {
        long dataOffsetBytes = aligned(input.positionBytes(), alignmentBytes);
        described.sort(Comparator.comparingLong(Described::offsetBytes));
        List<TensorInfo> tensors = new ArrayList<>(described.size());
        long endBytes = dataOffsetBytes;
        for (Described tensor : described) {
            long expectedBytes = aligned(endBytes, alignmentBytes) - dataOffsetBytes;
            if (tensor.offsetBytes() != expectedBytes) {
                throw refused("tensor " + tensor.name() + " claims to begin at byte "
                        + Long.toUnsignedString(tensor.offsetBytes()) + " of the data, not at " + expectedBytes
                        + " where the one before it ends; the file is damaged, fetch it again");
            }
            long beginBytes = dataOffsetBytes + expectedBytes;
            if (tensor.sizeBytes() > input.fileBytes() - beginBytes) {
                throw refused("tensor " + tensor.name() + " of shape " + tensor.shape() + " in " + tensor.dtype()
                        + " needs bytes " + beginBytes + " to " + (beginBytes + tensor.sizeBytes()) + " of "
                        + input.fileBytes() + "; the file is truncated, fetch it again");
            }
            tensors.add(new TensorInfo(
                    tensor.name(), fileIndex, tensor.dtype(), tensor.shape(), beginBytes, tensor.sizeBytes()));
            endBytes = beginBytes + tensor.sizeBytes();
        }
        return tensors;
    }

    private static long aligned(long offsetBytes, int alignmentBytes) {
        return (offsetBytes + alignmentBytes - 1) & -alignmentBytes;
    }

    private ModelFormatException refused(String problem) {
        return input.refused(problem);
    }
}
