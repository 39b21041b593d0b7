package dev.weir.engine.http;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The id under which a request is known in logs and in the {@code x-request-id} header. */
record RequestIds(Supplier<String> fresh) {

    private static final int LENGTH_MAX = 128;

    /** The caller's own id where it is one that may stand in a header and a log line, else a fresh one. */
    String of(@Nullable String fromHeader) {
        return fromHeader != null && isPlain(fromHeader) ? fromHeader : "req-" + fresh.get();
    }

    private static boolean isPlain(String id) {
        return !id.isEmpty()
                && id.length() <= LENGTH_MAX
                && id.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '"' && c != '\\');
    }
}
