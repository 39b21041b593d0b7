package dev.weir.models.training;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * Everything a run needs to go on exactly where it stopped: weights, both moments, the step and the place in the stream.
 *
 * @param step how many steps are done
 * @param position where the stream stood then
 */
public record Checkpoint(long step, ChatStream.Position position) {
    private static final int MAGIC = 0x57454952; // "WEIR"

    /** Writes beside the file and renames, so that a crash leaves the old checkpoint whole. */
    public void write(Path file, Weights weights, AdamW optimiser) throws IOException {
        Path unfinished = file.resolveSibling(file.getFileName() + ".part");
        try (DataOutputStream out =
                new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(unfinished), 1 << 20))) {
            out.writeInt(MAGIC);
            out.writeLong(step);
            out.writeLong(position.chunk());
            out.writeInt(position.batch());
            for (Weights.Matrix matrix : weights.matrices()) {
                write(out, matrix.values());
            }
            writeAll(out, optimiser.firstMoments());
            writeAll(out, optimiser.secondMoments());
        }
        Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Fills weights and moments, which must have the shape they were written with. */
    public static Checkpoint read(Path file, Weights weights, AdamW optimiser) throws IOException {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 20))) {
            if (in.readInt() != MAGIC) {
                throw new IOException(file + " is not a checkpoint");
            }
            long step = in.readLong();
            ChatStream.Position position = new ChatStream.Position(in.readLong(), in.readInt());
            for (Weights.Matrix matrix : weights.matrices()) {
                read(in, matrix.values(), file);
            }
            readAll(in, optimiser.firstMoments(), file);
            readAll(in, optimiser.secondMoments(), file);
            return new Checkpoint(step, position);
        }
    }

    private static void writeAll(DataOutputStream out, List<float[]> arrays) throws IOException {
        for (float[] array : arrays) {
            write(out, array);
        }
    }

    private static void write(DataOutputStream out, float[] values) throws IOException {
        out.writeInt(values.length);
        for (float value : values) {
            out.writeFloat(value);
        }
    }

    private static void readAll(DataInputStream in, List<float[]> arrays, Path file) throws IOException {
        for (float[] array : arrays) {
            read(in, array, file);
        }
    }

    private static void read(DataInputStream in, float[] values, Path file) throws IOException {
        int length = in.readInt();
        if (length != values.length) {
            throw new IOException("%s holds a matrix of %d values where this model has %d; it is of another model"
                    .formatted(file, length, values.length));
        }
        for (int i = 0; i < length; i++) {
            values[i] = in.readFloat();
        }
    }
}
