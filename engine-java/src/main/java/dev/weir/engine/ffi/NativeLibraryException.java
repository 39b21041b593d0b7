package dev.weir.engine.ffi;

/** The native library is missing, unusable or of another version; the message is one line with the remedy. */
public final class NativeLibraryException extends RuntimeException {

    private static final long serialVersionUID = 1;

    NativeLibraryException(String message) {
        super(message);
    }
}
