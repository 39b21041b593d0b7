package dev.weir.models.synth;

import dev.weir.models.format.StoredType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** A file that grows row by row in bounded memory, and has its name only when it is complete. */
final class RowFile implements AutoCloseable {
    private static final int BUFFER_BYTES = 4 << 20;
    private static final int ROW_VALUES_MAX = 1 << 18;

    private final Path target;
    private final Path unfinished;
    private final FileChannel channel;
    private final LongConsumer writtenBytes;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final float[] values = new float[ROW_VALUES_MAX];
    private long flushedBytes;

    /** @param writtenBytes is told how much is written, now and then */
    RowFile(Path target, byte[] header, LongConsumer writtenBytes) throws IOException {
        this.target = target;
        this.unfinished = target.resolveSibling(target.getFileName() + ".part");
        this.writtenBytes = writtenBytes;
        this.channel = FileChannel.open(
                unfinished, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        write(ByteBuffer.wrap(header));
    }

    void row(int count, StoredType type, Consumer<float[]> filler) throws IOException {
        filler.accept(values);
        if (buffer.remaining() < type.bytesOf(count)) {
            flush();
        }
        type.encode(values, count, buffer);
    }

    void zeros(int count) throws IOException {
        if (buffer.remaining() < count) {
            flush();
        }
        buffer.put(new byte[count]);
    }

    /** Gives the file its name. */
    void complete() throws IOException {
        flush();
        channel.close();
        Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private void flush() throws IOException {
        buffer.flip();
        write(buffer);
        buffer.clear();
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            flushedBytes += channel.write(bytes);
        }
        writtenBytes.accept(flushedBytes);
    }

    /** What is not complete is removed. */
    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(unfinished);
    }
}
