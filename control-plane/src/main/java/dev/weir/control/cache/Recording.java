package dev.weir.control.cache;

import dev.weir.control.completion.Usage;
import java.io.ByteArrayOutputStream;
import java.util.Optional;

/**
 * Notes an answer as it passes to its client, and has it kept when it is whole. One that grows too long is let go of at once.
 *
 * <p>Thread-safety: pieces follow each other.
 */
public final class Recording {
    /** Of an answer that nobody wants to know again. */
    public static final Recording NONE = new Recording(0, (_, _, _) -> {});

    private final int bytesMax;
    private final Keeper keeper;
    private Optional<ByteArrayOutputStream> noted = Optional.of(new ByteArrayOutputStream());

    /** What to do with a good answer that has come to its end. */
    interface Keeper {
        void keep(String contentType, byte[] answer, Usage usage);
    }

    Recording(int bytesMax, Keeper keeper) {
        this.bytesMax = bytesMax;
        this.keeper = keeper;
    }

    /** The same, and another one beside it. */
    Recording and(Recording other) {
        return new Recording(Math.max(bytesMax, other.bytesMax), (contentType, answer, usage) -> {
            keeper.keep(contentType, answer, usage);
            other.keeper.keep(contentType, answer, usage);
        });
    }

    /** The next piece, as its client gets it. */
    public void see(byte[] piece) {
        noted = noted.filter(bytes -> bytes.size() + piece.length <= bytesMax);
        noted.ifPresent(bytes -> bytes.writeBytes(piece));
    }

    /** The answer has ended in order; what it took is known. */
    public void ended(String contentType, Usage usage) {
        noted.filter(bytes -> bytes.size() > 0)
                .ifPresent(bytes -> keeper.keep(contentType, bytes.toByteArray(), usage));
        noted = Optional.empty();
    }
}
