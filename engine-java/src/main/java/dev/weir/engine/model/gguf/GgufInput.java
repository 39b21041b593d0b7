package dev.weir.engine.model.gguf;

import dev.weir.engine.model.ModelFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Little-endian values from the beginning of a file, in order, none of them beyond its end. */
final class GgufInput {

    /** No chat template and no token comes near it. */
    static final int STRING_BYTES_MAX = 16 << 20;

    private static final int BUFFER_BYTES = 1 << 16;

    private final Path file;
    private final FileChannel channel;
    private final long fileBytes;
    private final ByteBuffer buffer =
            ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN).flip();
    private long positionBytes;

    /** Begins at the first byte. */
    GgufInput(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        this.fileBytes = channel.size();
    }

    long fileBytes() {
        return fileBytes;
    }

    /** Where the next value begins. */
    long positionBytes() {
        return positionBytes;
    }

    long remainingBytes() {
        return fileBytes - positionBytes;
    }

    byte int8() throws IOException {
        return need(Byte.BYTES).get();
    }

    short int16() throws IOException {
        return need(Short.BYTES).getShort();
    }

    int int32() throws IOException {
        return need(Integer.BYTES).getInt();
    }

    long int64() throws IOException {
        return need(Long.BYTES).getLong();
    }

    float float32() throws IOException {
        return need(Float.BYTES).getFloat();
    }

    double float64() throws IOException {
        return need(Double.BYTES).getDouble();
    }

    /** A length of 64 bits, then as many bytes of UTF-8. */
    String string(String what) throws IOException {
        long length = int64();
        if (length < 0 || length > STRING_BYTES_MAX || length > remainingBytes()) {
            throw refused(what + " at byte " + (positionBytes - Long.BYTES) + " claims " + Long.toUnsignedString(length)
                    + " bytes of text, but the file has " + remainingBytes() + " left and " + STRING_BYTES_MAX
                    + " is the limit; the file is damaged, fetch it again");
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes((int) length)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ModelFormatException(file, what + " is no UTF-8; the file is damaged, fetch it again", e);
        }
    }

    ModelFormatException refused(String problem) {
        return new ModelFormatException(file, problem);
    }

    private byte[] bytes(int count) throws IOException {
        byte[] bytes = new byte[count];
        for (int done = 0; done < count; ) {
            int size = Math.min(count - done, BUFFER_BYTES);
            need(size).get(bytes, done, size);
            done += size;
        }
        return bytes;
    }

    /** The buffer with at least {@code count} bytes in it, at most {@link #BUFFER_BYTES}, which the caller takes. */
    private ByteBuffer need(int count) throws IOException {
        if (count > remainingBytes()) {
            throw refused("ends after " + fileBytes + " bytes, in the middle of its header; fetch it again");
        }
        if (buffer.remaining() < count) {
            buffer.compact();
            while (buffer.position() < count) {
                if (channel.read(buffer) < 0) {
                    throw refused("became shorter while it was read; keep it in place while it is served");
                }
            }
            buffer.flip();
        }
        positionBytes += count;
        return buffer;
    }
}
