package dev.weir.engine.ffi;

/** The statuses of {@code weir.h}, at their numbers. */
public enum NativeStatus {
    OK,
    INVALID_ARGUMENT,
    STALE_HANDLE,
    WRONG_THREAD,
    OUT_OF_MEMORY,
    DEVICE_ERROR,
    FILE_ERROR;

    static NativeStatus of(int code) {
        NativeStatus[] all = values();
        if (code < 0 || code >= all.length) {
            throw new AssertionError("the native library answered with an unknown status: " + code);
        }
        return all[code];
    }
}
