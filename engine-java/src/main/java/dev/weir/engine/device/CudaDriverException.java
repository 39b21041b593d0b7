package dev.weir.engine.device;

/** The CUDA driver is there, but what it was asked for failed. */
public final class CudaDriverException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public CudaDriverException(String message) {
        super(message);
    }

    CudaDriverException(String message, Throwable cause) {
        super(message, cause);
    }
}
