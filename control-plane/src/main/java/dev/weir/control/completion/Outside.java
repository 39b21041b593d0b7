package dev.weir.control.completion;

import org.jspecify.annotations.Nullable;

/** How answers and the ledger call a provider outside: what left the house is not to be taken for an engine's. */
public final class Outside {
    /** Before its name; no engine's begins so. */
    public static final String PREFIX = "overflow:";

    private Outside() {}

    /** Whether an answer from there, or one that nobody gave, came from a provider. */
    public static boolean is(@Nullable String from) {
        return from != null && from.startsWith(PREFIX);
    }
}
