package dev.weir.engine.ffi;

/**
 * A loaded adapter: tensors mapped from disk, beside those of the one model that it fits.
 *
 * <p>Thread-safety: all methods may be called from any thread, but {@link #close} only once no plan names it any more.
 */
public final class NativeAdapter implements AutoCloseable {

    private final NativeLibrary library;
    private final long handle;
    private boolean closed;

    NativeAdapter(NativeLibrary library, long handle) {
        this.library = library;
        this.handle = handle;
    }

    /** What step plans call it. No other adapter of this process had or will have it, not even the same one loaded again. */
    public long id() {
        return handle;
    }

    /** Gives the adapter back; it is unmapped when no step uses it. The second call does nothing. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            NativeError.invoke(() -> {
                library.symbols().adapterDestroy().invokeExact(handle);
                return 0;
            });
        }
    }
}
