package dev.weir.engine.model.gguf;

import dev.weir.engine.model.ModelFormatException;
import dev.weir.engine.model.TensorInfo;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The header of one GGUF file of version 2 or 3, taken apart. The tensors have the file's own names; their shapes are row-major, the other
 * way round than the file writes them.
 *
 * @param tensors in the order of their bytes
 */
public record GgufFile(Path file, GgufMetadata metadata, List<TensorInfo> tensors) {

    static final String EXTENSION = ".gguf";
    /** The letters GGUF. */
    static final int MAGIC = 0x46554747;

    public GgufFile {
        tensors = List.copyOf(tensors);
    }

    /** Whether a file begins as a GGUF file does. */
    public static boolean isGguf(Path file) {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file)) {
            return channel.size() >= Integer.BYTES && new GgufInput(file, channel).int32() == MAGIC;
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /**
     * Reads a header; every count, length and offset in it has been found to be true of the file.
     *
     * @throws ModelFormatException where one is not, or where the file holds what is not served
     */
    public static GgufFile read(Path file) {
        return read(file, 0);
    }

    static GgufFile read(Path file, int fileIndex) {
        if (!Files.isRegularFile(file)) {
            throw new ModelFormatException(file, "is missing; give the file's path");
        }
        try (FileChannel channel = FileChannel.open(file)) {
            return new GgufHeader(file, fileIndex, new GgufInput(file, channel)).read();
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    static ModelFormatException unreadable(Path file, IOException cause) {
        return new ModelFormatException(
                file, "cannot be read (" + cause.getMessage() + "); check that it exists and its permissions", cause);
    }
}
