package dev.weir.engine.ffi;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.weir.engine.model.ModelConfig;
import dev.weir.engine.model.TensorTypes;
import dev.weir.engine.model.WeightsIndex;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * The loaded native library. It stays mapped until the process ends: code that another thread may be running cannot be unmapped safely.
 *
 * <p>Thread-safety: all methods may be called from any thread.
 */
public final class NativeLibrary {

    /** System property with the path of a library to use instead of the one in the jar. */
    public static final String LIBRARY_PROPERTY = "weir.native.library";

    private static final String RESOURCE = "/native/linux-x86_64/libweir.so";

    private final NativeSymbols symbols;

    private NativeLibrary(NativeSymbols symbols) {
        this.symbols = symbols;
    }

    /**
     * Maps the library and checks that it speaks this version of the ABI.
     *
     * @throws NativeLibraryException in one line, with the remedy
     */
    public static NativeLibrary load() {
        String override = System.getProperty(LIBRARY_PROPERTY);
        return override == null ? loadResource() : map(Path.of(override));
    }

    private static NativeLibrary loadResource() {
        try (InputStream in = NativeLibrary.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new NativeLibraryException("this build of Weir has no native library for "
                        + System.getProperty("os.name") + " " + System.getProperty("os.arch") + " (" + RESOURCE
                        + " is not in the jar): build engine-native, or point -D" + LIBRARY_PROPERTY
                        + " at libweir.so");
            }
            // The loader wants a file. The mapping survives its deletion, so nothing is left behind, whatever happens
            // later.
            Path directory = Files.createTempDirectory("weir-native-");
            Path file = directory.resolve("libweir.so");
            try {
                Files.copy(in, file);
                return map(file);
            } finally {
                Files.deleteIfExists(file);
                Files.delete(directory);
            }
        } catch (IOException e) {
            throw new NativeLibraryException(
                    "cannot unpack the native library into " + System.getProperty("java.io.tmpdir") + ": " + e);
        }
    }

    @SuppressWarnings("restricted") // this package is the one that is granted native access
    private static NativeLibrary map(Path file) {
        NativeSymbols symbols;
        try {
            symbols = NativeSymbols.link(SymbolLookup.libraryLookup(file, Arena.global()));
        } catch (IllegalArgumentException e) {
            throw new NativeLibraryException("cannot load the native library " + file
                    + " (is /tmp mounted noexec? does the machine have another libstdc++?): " + e.getMessage());
        } catch (NoSuchElementException e) {
            throw new NativeLibraryException(file + " is not this version of Weir's native library: " + e.getMessage());
        }
        int version = NativeError.invoke(() -> (int) symbols.abiVersion().invokeExact());
        if (version != Abi.VERSION) {
            throw new NativeLibraryException(
                    file + " has ABI version " + version + ", this build of Weir needs " + Abi.VERSION);
        }
        return new NativeLibrary(symbols);
    }

    NativeSymbols symbols() {
        return symbols;
    }

    /** The ABI in the library's own words, as {@code weir.h} defines them. */
    String abiDescription() {
        return text((buffer, capacity, required, error) ->
                (int) symbols.abiDescribe().invokeExact(buffer, capacity, required, error));
    }

    /** What the library found of the machine: {@code cpu.model}, {@code cpu.isa} and so on, as {@code weir.h} lists them. */
    public Map<String, String> systemDescription() {
        String text = text((buffer, capacity, required, error) ->
                (int) symbols.systemDescribe().invokeExact(buffer, capacity, required, error));
        return values(text);
    }

    /**
     * Measures what this machine can do at most with so many threads: how much a second, 0 where the processor has no instruction for it.
     * Other work on the machine shows.
     *
     * @param duration about how long; rounded to milliseconds
     */
    public double machinePeak(MachinePeak peak, int threadCount, Duration duration) {
        try (Arena arena = Arena.ofConfined()) {
            NativeError error = new NativeError(arena);
            MemorySegment out = arena.allocate(JAVA_DOUBLE);
            int milliseconds = Math.toIntExact(duration.toMillis());
            error.check(() -> (int)
                    symbols.machinePeak().invokeExact(peak.code(), threadCount, milliseconds, out, error.segment()));
            return out.get(JAVA_DOUBLE, 0);
        }
    }

    /** The {@code key=value} lines of a description, in their order. */
    static Map<String, String> values(String text) {
        Map<String, String> values = new LinkedHashMap<>();
        text.lines().forEach(line -> {
            int equals = line.indexOf('=');
            if (equals > 0) {
                values.put(line.substring(0, equals), line.substring(equals + 1));
            }
        });
        return values;
    }

    /**
     * Maps a model's weights, and converts those that are to be held otherwise than they are stored.
     *
     * @throws NativeException where files and shape do not fit together, naming file and tensor
     */
    public NativeModel loadModel(ModelConfig config, WeightsIndex weights, TensorTypes types) {
        try (Arena arena = Arena.ofConfined()) {
            ModelEncoder encoder = new ModelEncoder(arena);
            MemorySegment shape = encoder.config(config, types);
            MemorySegment source = encoder.source(weights);
            NativeError error = new NativeError(arena);
            MemorySegment out = arena.allocate(JAVA_LONG);
            error.check(() -> (int) symbols.modelLoad().invokeExact(shape, source, out, error.segment()));
            return new NativeModel(this, out.get(JAVA_LONG, 0), config, types.kvCache());
        }
    }

    /** What is alive: all 0 once everything was closed. */
    public LiveHandles liveHandles() {
        try (Arena arena = Arena.ofConfined()) {
            NativeError error = new NativeError(arena);
            MemorySegment models = arena.allocate(JAVA_INT);
            MemorySegment adapters = arena.allocate(JAVA_INT);
            MemorySegment sessions = arena.allocate(JAVA_INT);
            error.check(() -> (int) symbols.liveHandles().invokeExact(models, adapters, sessions, error.segment()));
            return new LiveHandles(models.get(JAVA_INT, 0), adapters.get(JAVA_INT, 0), sessions.get(JAVA_INT, 0));
        }
    }

    /** Counts of live native objects. */
    public record LiveHandles(int models, int adapters, int sessions) {}

    /** A function that fills a text buffer. */
    interface TextCall {
        int run(MemorySegment buffer, long capacity, MemorySegment required, MemorySegment error) throws Throwable;
    }

    /** Asks for the size, then for the text. What free memory there is may change its length in between, so there is some slack. */
    static String text(TextCall call) {
        try (Arena arena = Arena.ofConfined()) {
            NativeError error = new NativeError(arena);
            MemorySegment required = arena.allocate(JAVA_LONG);
            error.check(() -> call.run(MemorySegment.NULL, 0, required, error.segment()));
            long capacity = required.get(JAVA_LONG, 0) + 64;
            MemorySegment buffer = arena.allocate(JAVA_BYTE, capacity);
            error.check(() -> call.run(buffer, capacity, required, error.segment()));
            return buffer.getString(0, StandardCharsets.UTF_8);
        }
    }
}
