package dev.weir.bench.server;

/** The server cannot be measured; the message says why and what to do. */
public final class UnreachableException extends RuntimeException {
    public UnreachableException(String message) {
        super(message);
    }
}
