package dev.weir.engine;

import org.jspecify.annotations.Nullable;

/** Why the engine did not start; the message is one line that names the file or setting and the reason. */
final class StartupException extends Exception {

    private static final long serialVersionUID = 1;

    StartupException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
