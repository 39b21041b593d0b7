package dev.weir.control.storage;

/** What keeps the storage from being used, in words for whoever runs Weir. */
public final class StorageFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    StorageFailure(String message) {
        super(message, null, false, false);
    }
}
