package dev.weir.engine.ffi;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.util.Objects.requireNonNull;

import dev.weir.engine.model.AdapterDirectory;
import dev.weir.engine.model.DType;
import dev.weir.engine.model.ModelConfig;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
    private final @Nullable DType kvCacheType;
    private boolean closed;

    /**
     * Of a model that the library has loaded.
     *
     * @param kvCacheType what its sessions hold keys and values as; null: as the weights suggest
     */
    NativeModel(NativeLibrary library, long handle, ModelConfig config, @Nullable DType kvCacheType) {
        this.library = library;
        this.handle = handle;
        this.vocabSize = config.vocabSize();
        this.hiddenSize = config.hiddenSize();
        this.contextTokensMax = config.contextTokensMax();
        this.kvCacheType = kvCacheType;
    }

    NativeSymbols symbols() {
        return library.symbols();
    }

    long handle() {
        return handle;
    }

    /** The {@code WEIR_DTYPE_} of the KV cache of this model's sessions. */
    int kvDtype() {
        return ModelEncoder.dtypeOrAuto(kvCacheType);
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

    /** Bytes of KV cache that a block takes over all layers, on the CPU. */
    public long blockBytes(int blockTokens) {
        return blockBytes(blockTokens, Abi.DEVICE_CPU);
    }

    /** As above, on a {@code DEVICE_} of {@link Abi}. */
    long blockBytes(int blockTokens, int device) {
        try (Arena arena = Arena.ofConfined()) {
            NativeError error = new NativeError(arena);
            MemorySegment out = arena.allocate(JAVA_LONG);
            error.check(() -> (int) symbols()
                    .modelBlockBytes()
                    .invokeExact(handle, device, blockTokens, kvDtype(), out, error.segment()));
            return out.get(JAVA_LONG, 0);
        }
    }

    /**
     * Matrices that are held in one type.
     *
     * @param type as {@link DType#optionName} spells it
     */
    public record Held(String type, int matrices, long sizeBytes) {}

    /** How the matrices are held, by type. */
    public List<Held> held() {
        Map<String, String> values = NativeLibrary.values(NativeLibrary.text((buffer, capacity, required, error) ->
                (int) symbols().modelDescribe().invokeExact(handle, buffer, capacity, required, error)));
        return Arrays.stream(DType.values())
                .map(DType::optionName)
                .filter(type -> values.containsKey("weights." + type + ".matrices"))
                .map(type -> new Held(
                        type,
                        Integer.parseInt(value(values, "weights." + type + ".matrices")),
                        Long.parseLong(value(values, "weights." + type + ".bytes"))))
                .toList();
    }

    private static String value(Map<String, String> values, String key) {
        return requireNonNull(values.get(key), key);
    }

    /** Lets the system have the memory that holds the files' pages: for a model that goes and is not to come back soon. */
    public void dropFilePages() {
        try (Arena arena = Arena.ofConfined()) {
            NativeError error = new NativeError(arena);
            error.check(() -> (int) symbols().modelDropPages().invokeExact(handle, error.segment()));
        }
    }

    /**
     * Maps an adapter of this model.
     *
     * @throws NativeException where its tensors do not fit the model, naming the tensor
     */
    public NativeAdapter loadAdapter(AdapterDirectory adapter) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment config = arena.allocate(Abi.ADAPTER_CONFIG);
            StructWriter.of(Abi.ADAPTER_CONFIG, config)
                    .set("rank", adapter.config().rank())
                    .set("scale", adapter.config().scale());
            MemorySegment source = new ModelEncoder(arena).source(List.of(adapter.file()), adapter.tensors());
            NativeError error = new NativeError(arena);
            MemorySegment out = arena.allocate(JAVA_LONG);
            error.check(() -> (int) symbols().adapterLoad().invokeExact(handle, config, source, out, error.segment()));
            return new NativeAdapter(library, out.get(JAVA_LONG, 0));
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
