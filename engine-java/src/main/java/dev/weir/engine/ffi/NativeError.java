package dev.weir.engine.ffi;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** The caller-owned {@code weir_error} of one or many calls, and the one place where a status becomes an exception. */
final class NativeError {

    private static final long MESSAGE = Abi.offset(Abi.ERROR, "message");

    private final MemorySegment segment;

    NativeError(Arena arena) {
        segment = arena.allocate(Abi.ERROR);
    }

    /** A downcall that gives a status. */
    interface Call {
        int run() throws Throwable;
    }

    MemorySegment segment() {
        return segment;
    }

    /**
     * Runs a call.
     *
     * @throws NativeException with the library's line, where the status is not OK
     */
    void check(Call call) {
        segment.set(JAVA_INT, 0, 0);
        segment.set(JAVA_BYTE, MESSAGE, (byte) 0);
        NativeStatus status = NativeStatus.of(invoke(call));
        if (status != NativeStatus.OK) {
            String message = segment.getString(MESSAGE, StandardCharsets.UTF_8);
            throw new NativeException(status, message.isEmpty() ? "the native library gave " + status : message);
        }
    }

    /** A downcall fails by its status; what it throws is an error of our own in the arguments, or of the JVM. */
    static int invoke(Call call) {
        try {
            return call.run();
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable impossible) {
            throw new AssertionError("a downcall threw a checked exception", impossible);
        }
    }
}
