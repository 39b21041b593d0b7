package dev.weir.engine.ffi;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A loaded model: weights mapped from disk. Any number of sessions may run it.
 *
 * <p>Thread-safety: all methods may be called from any thread, but {@link #close} only once no session is being made of it.
 */
public final class NativeModel implements AutoCloseable {

    private final NativeLibrary library;
    private final long handle;
    private final int vocabSize;
    private final int hiddenSize;
    private final int contextTokensMax;
    private boolean closed;

    NativeModel(NativeLibrary library, long handle, int vocabSize, int hiddenSize, int contextTokensMax) {
        this.library = library;
        this.handle = handle;
        this.vocabSize = vocabSize;
        this.hiddenSize = hiddenSize;
        this.contextTokensMax = contextTokensMax;
    }

    NativeSymbols symbols() {
        return library.symbols();
    }

    long handle() {
        return handle;
    }

    public int vocabSize() {
        return vocabSize;
    }

    /** Elements of a hidden state. */
    public int hiddenSize() {
        return hiddenSize;
    }

    public int contextTokensMax() {
        return contextTokensMax;
    }

    /** Bytes of KV cache that a block takes over all layers. */
    public long blockBytes(int blockTokens) {
        try (Arena arena = Arena.ofConfined()) {
            NativeError error = new NativeError(arena);
            MemorySegment out = arena.allocate(JAVA_LONG);
            error.check(() -> (int)
                    symbols().modelBlockBytes().invokeExact(handle, blockTokens, Abi.DTYPE_AUTO, out, error.segment()));
            return out.get(JAVA_LONG, 0);
        }
    }

    /** Gives the model back; it is unmapped once its last session is gone. The second call does nothing. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            NativeError.invoke(() -> {
                symbols().modelDestroy().invokeExact(handle);
                return 0;
            });
        }
    }
}
