package dev.weir.engine;

/** Why the engine did not start; the message is one line that names the file or setting and the reason. */
final class StartupException extends Exception {

    private static final long serialVersionUID = 1;

    StartupException(String message, Throwable cause) {
        super(message, cause);
    }
}
