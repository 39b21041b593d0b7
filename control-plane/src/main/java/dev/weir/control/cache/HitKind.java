package dev.weir.control.cache;

import java.util.Locale;

/** How an answer was found. */
public enum HitKind {
    /** To the very same request. */
    EXACT,
    /** To a question that means the same. */
    SEMANTIC;

    /** As headers, the ledger and metrics call it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
