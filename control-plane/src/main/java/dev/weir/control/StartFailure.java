package dev.weir.control;

/** Something that keeps Weir from starting and that whoever started it can set right; its message is one line that says how. */
final class StartFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    StartFailure(String message) {
        super(message, null, false, false);
    }
}
