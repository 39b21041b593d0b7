package dev.weir.engine.ffi;

/** The statuses of {@code weir.h}. */
public enum NativeStatus {
    OK(0),
    INVALID_ARGUMENT(1),
    STALE_HANDLE(2),
    WRONG_THREAD(3),
    OUT_OF_MEMORY(4),
    DEVICE_ERROR(5),
    FILE_ERROR(6),
    DEVICE_LOST(7);

    private final int code;

    NativeStatus(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static NativeStatus of(int code) {
        for (NativeStatus status : values()) {
            if (status.code == code) {
                return status;
            }
        }
        throw new AssertionError("the native library answered with an unknown status: " + code);
    }
}
